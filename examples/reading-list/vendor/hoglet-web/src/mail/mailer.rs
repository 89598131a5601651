//! [`Mailer`]: sends mail, or stores it without a server.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::context;

use super::error::SendError;
use super::message::Message;
use super::rendered::{MailRenderer, RenderedMail};
use super::smtp::Smtp;
use super::store::{MailStore, StoredMail};
use crate::package::Package;
use crate::settings::{Settings, WithoutServer};
use crate::views::Views;

/// Sends mail. Handlers and jobs have it as `web.mail`.
pub struct Mailer {
    transport: Transport,
    renderer: MailRenderer,
    views: Views,
    /// The address of the page that shows stored mail, in development.
    store_url: Option<String>,
}

enum Transport {
    Smtp(Box<Smtp>),
    Store(MailStore),
    Off,
}

impl Mailer {
    /// A mailer with the transport that the settings name.
    pub fn new(package: &Package, settings: &Settings, views: Views) -> Self {
        let mail = &settings.mail;
        let transport = match (&mail.server, &mail.without_server) {
            (Some(server), _) => {
                Transport::Smtp(Box::new(Smtp::new(server.clone(), settings.app_domain())))
            }
            (None, WithoutServer::Folder(folder)) => {
                Transport::Store(MailStore::Folder(folder.clone()))
            }
            (None, WithoutServer::Memory) => {
                Transport::Store(MailStore::Memory(Arc::new(Mutex::new(VecDeque::new()))))
            }
            (None, WithoutServer::Nothing) => Transport::Off,
        };
        let app_url = settings.app_url();
        let store_url = settings
            .development()
            .then(|| format!("{app_url}/dev/mail"));
        let app = context! {
            name => &settings.app_name,
            url => app_url,
            description => package.description,
        };
        let renderer = MailRenderer {
            from: mail.from.clone(),
            app,
        };
        Self {
            transport,
            renderer,
            views,
            store_url,
        }
    }

    /// Renders a mail and sends it. Call it in a job, because it may take as long as
    /// [`TIMEOUT`](super::TIMEOUT).
    ///
    /// # Errors
    ///
    /// The reason why the mail was not sent, and whether to try again.
    pub async fn send(&self, message: Message) -> Result<(), SendError> {
        if let Transport::Off = self.transport {
            return Err(SendError::Off);
        }
        let mail = self.renderer.render(&self.views, message)?;
        match &self.transport {
            Transport::Smtp(smtp) => smtp.send(&mail.message).await,
            Transport::Store(store) => self.store_mail(store, mail).await,
            Transport::Off => Err(SendError::Off),
        }
    }

    async fn store_mail(&self, store: &MailStore, mail: RenderedMail) -> Result<(), SendError> {
        let mail = StoredMail::new(mail);
        let (id, subject) = (mail.id, mail.subject.clone());
        let failed = |error| SendError::Later(format!("the mail could not be stored: {error}"));
        store.add(mail).await.map_err(failed)?;
        if let Some(url) = &self.store_url {
            tracing::info!(subject, address = format!("{url}/{id}"), "mail kept");
        }
        Ok(())
    }

    /// The stored mail, if this mailer stores mail.
    pub fn store(&self) -> Option<&MailStore> {
        match &self.transport {
            Transport::Store(store) => Some(store),
            Transport::Smtp(_) | Transport::Off => None,
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match &self.transport {
            Transport::Smtp(_) => "Mailer(smtp)",
            Transport::Store(_) => "Mailer(store)",
            Transport::Off => "Mailer(off)",
        })
    }
}
