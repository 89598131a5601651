//! The events that were just captured, for the panel that pages show in development.
//!
//! A page shows the events of its own request. An answer to a script has them in a header, which `static/app.js`
//! reads. A redirect shows nothing, so it sets a cookie, and the next page shows both.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Browsers take 4 KiB a cookie, its name and signature included.
const MAX_COOKIE_BYTES: usize = 3_500;

/// One line of the panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Such as `POST /signup`.
    pub request: String,
    /// The event or the flag.
    #[serde(flatten)]
    pub what: What,
}

/// An event that was captured, or a flag that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// An event, or an error as `$exception`.
    Event {
        /// Such as `user_signed_up`.
        name: String,
        /// The event's own id, which the stand-in for PostHog finds it by.
        uuid: String,
        /// `user`, `visitor`, `client` or, without a person, `nobody`.
        who: String,
        /// The person's; empty without a person.
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

/// Gathers what one request captures. Outside development it does nothing.
#[derive(Clone, Default)]
pub struct Panel(Option<Arc<Mutex<Noted>>>);

#[derive(Default)]
struct Noted {
    request: String,
    /// The entries of the request that redirected to this one.
    before: Vec<Entry>,
    now: Vec<What>,
}

impl Panel {
    /// Gathers in development only.
    pub fn new(development: bool) -> Self {
        Self(development.then(Arc::default))
    }

    /// Whether it gathers anything.
    pub fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn note(&self, what: What) {
        self.with(|noted| noted.now.push(what));
    }

    /// The lines of the panel: first those from before a redirect, then this request's events and flags.
    pub(crate) fn entries(&self, flags: impl IntoIterator<Item = What>) -> Vec<Entry> {
        let entries = self.with(|noted| {
            let now = noted.now.iter().cloned().chain(flags);
            let request = &noted.request;
            let now = now.map(|what| Entry {
                request: request.clone(),
                what,
            });
            noted.before.iter().cloned().chain(now).collect()
        });
        entries.unwrap_or_default()
    }

    /// Names the request, and what the request captured that redirected to it.
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

/// The newest entries, as many as a cookie has room for, in characters that it may hold. `~` stands for
/// `%`, because the parser of cookies decodes `%` before the signature is checked.
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

/// The entries in a cookie of [`encode`]; none where it is not one.
pub fn decode(cookie: &str) -> Vec<Entry> {
    let encoded = cookie.replace('~', "%");
    let mut pairs = form_urlencoded::parse(encoded.as_bytes());
    let json = pairs.next().map(|(json, _)| json);
    json.and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}
