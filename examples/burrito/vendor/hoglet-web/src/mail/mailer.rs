//! [`Mailer`]: sends mail, or keeps it where there is no server.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::context;

use super::error::SendError;
use super::kept::{Keep, KeptMail};
use super::letter::{Letter, Letterhead};
use super::message::Message;
use super::smtp::Smtp;
use crate::package::Package;
use crate::settings::{Settings, WithoutServer};
use crate::views::Views;

/// The way that mail goes; handlers and jobs have it as `web.mail`.
pub struct Mailer {
    way: Way,
    letterhead: Letterhead,
    views: Views,
    /// Where kept mail is shown, in development.
    shown_at: Option<String>,
}

enum Way {
    Server(Box<Smtp>),
    Kept(Keep),
    Nowhere,
}

impl Mailer {
    /// The way that the settings name.
    pub fn new(package: &Package, settings: &Settings, views: Views) -> Self {
        let mail = &settings.mail;
        let way = match (&mail.server, &mail.without_server) {
            (Some(server), _) => {
                Way::Server(Box::new(Smtp::new(server.clone(), settings.app_domain())))
            }
            (None, WithoutServer::Folder(folder)) => Way::Kept(Keep::Folder(folder.clone())),
            (None, WithoutServer::Memory) => {
                Way::Kept(Keep::Memory(Arc::new(Mutex::new(VecDeque::new()))))
            }
            (None, WithoutServer::Nothing) => Way::Nowhere,
        };
        let app_url = settings.app_url();
        let shown_at = settings
            .development()
            .then(|| format!("{app_url}/dev/mail"));
        let app = context! {
            name => &settings.app_name,
            url => app_url,
            description => package.description,
        };
        let letterhead = Letterhead {
            from: mail.from.clone(),
            app,
        };
        Self {
            way,
            letterhead,
            views,
            shown_at,
        }
    }

    /// Renders a mail and sends it; for jobs, as it may take as long as [`TIMEOUT`](super::TIMEOUT).
    ///
    /// # Errors
    ///
    /// Why it has not gone out, and whether to try again.
    pub async fn send(&self, message: Message) -> Result<(), SendError> {
        if let Way::Nowhere = self.way {
            return Err(SendError::Off);
        }
        let letter = self.letterhead.write(&self.views, message)?;
        match &self.way {
            Way::Server(server) => server.send(&letter.whole).await,
            Way::Kept(keep) => self.keep(keep, letter).await,
            Way::Nowhere => Err(SendError::Off),
        }
    }

    async fn keep(&self, keep: &Keep, letter: Letter) -> Result<(), SendError> {
        let mail = KeptMail::new(letter);
        let (id, subject) = (mail.id, mail.subject.clone());
        let failed = |error| SendError::Later(format!("the mail could not be kept: {error}"));
        keep.add(mail).await.map_err(failed)?;
        if let Some(shown_at) = &self.shown_at {
            tracing::info!(subject, address = format!("{shown_at}/{id}"), "mail kept");
        }
        Ok(())
    }

    /// Where mail is kept, if it is.
    pub fn kept(&self) -> Option<&Keep> {
        match &self.way {
            Way::Kept(keep) => Some(keep),
            Way::Server(_) | Way::Nowhere => None,
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match &self.way {
            Way::Server(_) => "Mailer(server)",
            Way::Kept(_) => "Mailer(kept)",
            Way::Nowhere => "Mailer(nowhere)",
        })
    }
}
