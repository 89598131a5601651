//! The latest events, for the panel that pages show in development.
//!
//! A page shows the events of its own request. An answer to a script has them in a header, which a script on
//! the page reads. A redirect cannot show any, so it puts them into a cookie, and the next page shows those
//! of both requests.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Browsers accept cookies of 4 KiB, including name and signature.
const MAX_COOKIE_BYTES: usize = 3_500;

/// One line of the panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The request, such as `POST /signup`.
    pub request: String,
    /// The event or the flag.
    #[serde(flatten)]
    pub item: PanelItem,
}

/// An event that was captured, or a flag that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PanelItem {
    /// An event, or an error as `$exception`.
    Event {
        /// The event's name, such as `user_signed_up`.
        name: String,
        /// The event's id. The stand-in for PostHog finds the event by it.
        uuid: String,
        /// The kind of person: `user`, `visitor` or `client`; `nobody` without a person.
        person_kind: String,
        /// The distinct id; empty without a person.
        distinct_id: String,
        /// Whether PostHog is on.
        sent: bool,
    },
    /// A flag or an experiment.
    Flag {
        /// Its key in PostHog.
        key: String,
        /// `true`, `false` or a variant.
        value: Value,
    },
}

/// Collects the events of one request. Outside of development it does nothing.
#[derive(Clone, Default)]
pub struct Panel(Option<Arc<Mutex<Noted>>>);

#[derive(Default)]
struct Noted {
    request: String,
    /// The entries of the request that redirected to this one.
    before: Vec<Entry>,
    now: Vec<PanelItem>,
}

impl Panel {
    /// A panel that collects events only in development.
    pub fn new(development: bool) -> Self {
        Self(development.then(Arc::default))
    }

    /// Whether it collects anything.
    pub fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn add(&self, item: PanelItem) {
        self.with(|noted| noted.now.push(item));
    }

    /// The lines of the panel: those from before a redirect, then this request's events and flags.
    pub(crate) fn entries(&self, flags: impl IntoIterator<Item = PanelItem>) -> Vec<Entry> {
        let entries = self.with(|noted| {
            let now = noted.now.iter().cloned().chain(flags);
            let request = &noted.request;
            let now = now.map(|item| Entry {
                request: request.clone(),
                item,
            });
            noted.before.iter().cloned().chain(now).collect()
        });
        entries.unwrap_or_default()
    }

    /// Sets the request, and the entries of the request that redirected to it.
    pub fn begin(&self, request: String, before: Vec<Entry>) {
        self.with(|noted| {
            noted.request = request;
            noted.before = before;
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Noted) -> T) -> Option<T> {
        let noted = self.0.as_ref()?;
        Some(act(&mut noted
            .lock()
            .expect("nobody panics while holding it")))
    }
}

/// The value of a cookie with the newest entries, as many as fit.
///
/// It has `~` instead of `%`, because a cookie's `%` is decoded before its signature is checked.
pub fn encode(entries: &[Entry]) -> String {
    let encoded = |entries: &[Entry]| {
        let json = serde_json::to_vec(entries).expect("text and JSON values serialize");
        let encoded: String = form_urlencoded::byte_serialize(&json).collect();
        encoded.replace('%', "~")
    };
    let newest = (0..entries.len()).map(|first| encoded(&entries[first..]));
    let mut fitting = newest.filter(|cookie| cookie.len() <= MAX_COOKIE_BYTES);
    fitting.next().unwrap_or_default()
}

/// The entries in a cookie's value that [`encode`] made; none if it cannot be read.
pub fn decode(cookie: &str) -> Vec<Entry> {
    let encoded = cookie.replace('~', "%");
    let mut pairs = form_urlencoded::parse(encoded.as_bytes());
    let json = pairs.next().map(|(json, _)| json);
    json.and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}
