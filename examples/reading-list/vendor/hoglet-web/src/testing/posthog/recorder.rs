//! The requests and events that the recorder has received, and the replies that a test has chosen.

use std::collections::VecDeque;
use std::ops::Index;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::net::TcpSocket;

pub(super) const BATCH: &str = "/batch/";
pub(super) const FLAGS: &str = "/flags/";
pub(super) const DEFINITIONS: &str = "/flags/definitions/";
pub(super) const DELETION: &str = "/persons/bulk_delete/";

/// Whether the server requests this path, and not a browser.
pub(super) fn is_from_server(path: &str) -> bool {
    [BATCH, FLAGS, DEFINITIONS].contains(&path) || path.ends_with(DELETION)
}

/// A PostHog that records requests.
#[derive(Clone)]
pub struct Recorder {
    /// The value for `POSTHOG_HOST`.
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

/// An event as it arrived. Indexing it reads its properties: `event["$current_url"]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// The id.
    pub uuid: String,
    /// The name, such as `user_signed_up`.
    #[serde(rename = "event")]
    pub name: String,
    /// The visitor or user to whom it belongs.
    pub distinct_id: String,
    /// The time at which it happened.
    pub timestamp: String,
    /// The properties.
    pub properties: Map<String, Value>,
}

/// A request as it arrived, with its body unpacked.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// The path, with the query.
    pub path_and_query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// How PostHog replies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reply {
    /// The correct reply.
    #[default]
    Normal,
    /// A reply with this status. With 200, the body is a page that is not PostHog's.
    Status(u16),
    /// A reply with the status 429, and this `Retry-After`.
    RetryAfter(&'static str),
    /// No reply until the test chooses another one.
    Never,
    /// The connection breaks, after PostHog has accepted the events.
    Disconnect,
}

#[derive(Default)]
pub(super) struct Seen {
    pub(super) reply: Reply,
    pub(super) replies_to_flags: VecDeque<Reply>,
    pub(super) bad_replies: usize,
    pub(super) requests: Vec<Recorded>,
    pub(super) events: Vec<Event>,
    pub(super) deletions: Vec<Recorded>,
    pub(super) flags: Map<String, Value>,
    pub(super) definitions: Vec<Value>,
    pub(super) beside_flags: Map<String, Value>,
    pub(super) batch_limit: Option<usize>,
}

impl Recorder {
    /// A PostHog that refuses connections, on a port that no other process gets.
    pub fn down() -> (Self, TcpSocket) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let seen = Arc::default();
        (Self { url, seen }, socket)
    }

    /// From now on PostHog replies like this.
    pub fn replies(&self, reply: Reply) {
        self.seen().reply = reply;
    }

    /// From now on PostHog refuses a batch with more bytes.
    pub fn takes_at_most(&self, bytes: usize) {
        self.seen().batch_limit = Some(bytes);
    }

    /// The number of requests that did not get the correct reply.
    pub fn bad_replies(&self) -> usize {
        self.seen().bad_replies
    }

    /// Every event so far, in the order of arrival.
    pub fn events(&self) -> Vec<Event> {
        self.seen().events.clone()
    }

    /// Every batch of events so far, accepted or not.
    pub fn batches(&self) -> Vec<Recorded> {
        self.requests(|path| path == BATCH)
    }

    /// The bodies of the requests for flags.
    pub fn flag_requests(&self) -> Vec<Value> {
        let requests = self.requests(|path| path == FLAGS).into_iter();
        requests.map(|request| request.json()).collect()
    }

    /// The requests that the app passed on for a browser.
    pub fn passed(&self) -> Vec<Recorded> {
        self.requests(|path| !is_from_server(path))
    }

    /// The requests to delete persons that PostHog accepted.
    pub fn deletions(&self) -> Vec<Recorded> {
        self.seen().deletions.clone()
    }

    fn requests(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Recorded> {
        let seen = self.seen();
        let requests = seen.requests.iter();
        let wanted = requests.filter(|request| is_wanted(request.path()));
        wanted.cloned().collect()
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }
}

impl Recorded {
    /// The path, without the query.
    pub fn path(&self) -> &str {
        let path = self.path_and_query.split('?').next();
        path.unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Index<&str> for Event {
    type Output = Value;

    /// A property; null if there is none.
    fn index(&self, name: &str) -> &Value {
        self.properties.get(name).unwrap_or(&Value::Null)
    }
}
