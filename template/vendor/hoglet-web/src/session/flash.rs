//! Messages for the next page that is shown.
//!
//! They travel in cookies and not in the session, so that a message makes no row: anybody can send any
//! number of forms. Each has a cookie of its own, because two requests at once would overwrite each
//! other's in a common one.

use axum::http::Extensions;
use serde::{Deserialize, Serialize};
use tower_cookies::Cookies;
use uuid::Uuid;

use crate::cookies::SignedCookie;

/// A longer message is cut, in bytes.
const MAX_BYTES: usize = 1000;
/// How many messages wait at most. Where one more comes, the oldest goes.
const MAX_WAITING: usize = 5;

/// A message for the next page that is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub level: FlashLevel,
    /// One sentence or two.
    pub message: String,
}

/// How a message is meant; in templates `success`, `info` or `error`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashLevel {
    /// Done.
    Success,
    /// Good to know.
    Info,
    /// It did not work.
    Error,
}

/// The messages that wait in a request's browser.
#[derive(Clone)]
pub(crate) struct Messages {
    cookies: Cookies,
    cookie: SignedCookie,
    /// Whether the answer shows a page: that to `HEAD` does not.
    seen: bool,
}

impl Messages {
    pub fn new(cookies: Cookies, cookie: SignedCookie, seen: bool) -> Self {
        Self {
            cookies,
            cookie,
            seen,
        }
    }

    /// The messages of a request behind the layer `sessions`.
    ///
    /// # Panics
    ///
    /// Without that layer.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the session layer wraps every page")
    }

    /// Leaves a message for the next page that is shown.
    pub fn leave(&self, level: FlashLevel, message: &str) {
        let mut waiting = self.cookie.others(&self.cookies);
        let surplus = (waiting.len() + 1).saturating_sub(MAX_WAITING);
        for oldest in waiting.drain(..surplus) {
            oldest.delete(&self.cookies);
        }
        let message = message[..message.floor_char_boundary(MAX_BYTES)].to_owned();
        let json = serde_json::to_string(&Flash { level, message }).expect("text serializes");
        // Ids of this version are in the order of time.
        let part = Uuid::now_v7().simple().to_string();
        self.cookie.another(&part).set_text(&self.cookies, &json);
    }

    /// The messages that wait to be shown, oldest first. Looking takes none away.
    pub fn waiting(&self) -> Vec<Waiting> {
        let cookies = self.cookie.others(&self.cookies).into_iter();
        let waiting = cookies.filter_map(|cookie| {
            let flash = serde_json::from_str(&cookie.text(&self.cookies)?).ok()?;
            Some(Waiting { cookie, flash })
        });
        waiting.collect()
    }

    /// Takes away the messages that a page shows.
    pub fn are_shown(&self, waiting: &[Waiting]) {
        for Waiting { cookie, .. } in waiting.iter().filter(|_| self.seen) {
            cookie.delete(&self.cookies);
        }
    }

    /// Takes all messages away: the person they were for is gone.
    pub fn forget(&self) {
        for cookie in self.cookie.others(&self.cookies) {
            cookie.delete(&self.cookies);
        }
    }
}

/// A message, and the cookie that it came in.
pub(crate) struct Waiting {
    cookie: SignedCookie,
    /// The message itself.
    pub flash: Flash,
}
