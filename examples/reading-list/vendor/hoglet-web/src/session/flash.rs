//! Flash messages: shown once, on the next page.
//!
//! They are in cookies and not in the session. A message in the session would create a row, and anyone can
//! send any number of forms. Each message has its own cookie: in a shared cookie, two concurrent requests
//! would overwrite each other's message.

use axum::http::Extensions;
use serde::{Deserialize, Serialize};
use tower_cookies::Cookies;
use uuid::Uuid;

use crate::cookies::SignedCookie;

/// The longest message, in bytes. A longer one is cut.
const MAX_BYTES: usize = 1000;
/// How many messages can wait for a page. The oldest are removed first.
const MAX_WAITING: usize = 5;

/// A message for the next page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    /// Success, information or error.
    pub level: FlashLevel,
    /// One or two sentences.
    pub message: String,
}

/// The kind of a message. In templates it is `success`, `info` or `error`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashLevel {
    /// Something was done.
    Success,
    /// Something to know.
    Info,
    /// Something failed.
    Error,
}

/// The messages in the browser of one request.
#[derive(Clone)]
pub(crate) struct Messages {
    cookies: Cookies,
    cookie: SignedCookie,
    /// Whether the browser will show the answer. It does not show an answer to `HEAD`.
    is_shown: bool,
}

impl Messages {
    pub fn new(cookies: Cookies, cookie: SignedCookie, is_shown: bool) -> Self {
        Self {
            cookies,
            cookie,
            is_shown,
        }
    }

    /// The messages of a request.
    ///
    /// # Panics
    ///
    /// If the request has not passed the layer `sessions`.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the session layer wraps every page")
    }

    /// Adds a message for the next page.
    pub fn add(&self, level: FlashLevel, message: &str) {
        let mut waiting = self.cookie.all_with_suffix(&self.cookies);
        let surplus = (waiting.len() + 1).saturating_sub(MAX_WAITING);
        for oldest in waiting.drain(..surplus) {
            oldest.delete(&self.cookies);
        }
        let message = message[..message.floor_char_boundary(MAX_BYTES)].to_owned();
        let json = serde_json::to_string(&Flash { level, message }).expect("text serializes");
        // UUIDs of version 7 sort by time.
        let suffix = Uuid::now_v7().simple().to_string();
        self.cookie
            .with_suffix(&suffix)
            .set_text(&self.cookies, &json);
    }

    /// All messages that wait to be shown, oldest first. Reading removes none.
    pub fn waiting(&self) -> Vec<WaitingFlash> {
        let cookies = self.cookie.all_with_suffix(&self.cookies).into_iter();
        let waiting = cookies.filter_map(|cookie| {
            let flash = serde_json::from_str(&cookie.text(&self.cookies)?).ok()?;
            Some(WaitingFlash { cookie, flash })
        });
        waiting.collect()
    }

    /// Removes messages that a page shows.
    pub fn remove_shown(&self, shown: &[WaitingFlash]) {
        for WaitingFlash { cookie, .. } in shown.iter().filter(|_| self.is_shown) {
            cookie.delete(&self.cookies);
        }
    }

    /// Removes all messages, because they were for another person.
    pub fn remove_all(&self) {
        for cookie in self.cookie.all_with_suffix(&self.cookies) {
            cookie.delete(&self.cookies);
        }
    }
}

/// A message that waits to be shown, and its cookie.
pub(crate) struct WaitingFlash {
    cookie: SignedCookie,
    /// The message.
    pub flash: Flash,
}
