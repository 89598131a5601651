//! Replaces `hoglet-posthog` in an app without it: the same names, which do nothing.
//!
//! Requests still have an [`Identity`], because visitors keep their cookie. Nothing is sent, requested or
//! stored.

#![expect(missing_docs, reason = "hoglet-posthog documents the same names")]

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode};
use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use self::browser::BrowserConfig;
use self::ledger::{Counts, Delivered};
use self::panel::{Entry, Panel};

pub use self::event::{BeforeSend, Event, TrackedEvent};
pub use self::first_touch::FirstTouch;

/// The settings of an app without PostHog.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub project_token: String,
    pub respect_opt_out: bool,
    pub proxy_path: Option<String>,
    pub(crate) token_is_ignored: bool,
}

impl Settings {
    pub(crate) const VARIABLES: &[&str] = &[
        "POSTHOG_PROJECT_TOKEN",
        "POSTHOG_API_KEY",
        "POSTHOG_HOST",
        "POSTHOG_DISABLED",
        "POSTHOG_SECRET_KEY",
        "POSTHOG_PROJECT_ID",
        "POSTHOG_CAPTURE_EXCEPTIONS",
        "POSTHOG_JS",
        "POSTHOG_SESSION_REPLAY",
        "POSTHOG_RESPECT_OPT_OUT",
        "POSTHOG_PROXY_PATH",
        "POSTHOG_QUEUE_SIZE",
        "POSTHOG_RETRY_SECONDS",
        "POSTHOG_COMPRESSION",
        "POSTHOG_FLAGS_TIMEOUT_MILLISECONDS",
    ];

    pub fn enabled(&self) -> bool {
        false
    }

    pub fn local_url(&self) -> Option<&str> {
        None
    }
}

pub async fn check(_: &Settings) -> Result<String, String> {
    Ok("off: the app is built without the Cargo feature posthog".into())
}

/// A user, see `hoglet-posthog`.
pub trait Person: Send + Sync {
    fn properties(&self) -> Map<String, Value> {
        Map::new()
    }

    fn since(&self) -> OffsetDateTime;
}

/// The visitor that a user was before they logged in.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub id: Uuid,
    pub first_touch: Map<String, Value>,
}

/// The id of the person of a request. Stored with its jobs, in the same form as with PostHog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistinctId {
    User(String),
    Visitor(Uuid),
    Header(String),
}

impl DistinctId {
    pub fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    pub fn record(&self, span: &tracing::Span) {
        match self {
            Self::User(id) => span.record("user_id", tracing::field::display(id)),
            Self::Visitor(id) => span.record("visitor_id", tracing::field::display(id)),
            Self::Header(_) => span,
        };
    }
}

impl fmt::Display for DistinctId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) | Self::Header(id) => formatter.write_str(id),
            Self::Visitor(id) => id.fmt(formatter),
        }
    }
}

/// Whether events of this person would be captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptOut {
    #[default]
    No,
    Chosen,
    Forced,
}

/// The visitor or user of one request.
#[derive(Clone, Debug)]
pub struct Identity {
    pub distinct_id: DistinctId,
    pub visitor_id: Uuid,
    pub session_id: Option<String>,
    pub opt_out: OptOut,
}

impl Identity {
    pub fn opted_out(&self) -> bool {
        self.opt_out != OptOut::No
    }
}

/// The facts about a request that PostHog would get.
#[derive(Clone, Debug)]
pub struct RequestDetails<'a> {
    pub id: Option<&'a str>,
    pub method: &'a Method,
    pub origin: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub path_and_query: &'a str,
    pub address: Address,
    pub ip: Option<std::net::IpAddr>,
    pub headers: &'a HeaderMap,
}

/// Whether PostHog might see the address of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    Plain,
    Secret,
}

/// A request whose person is not known.
#[derive(Clone, Copy, Debug)]
pub struct FailedRequest<'a> {
    pub id: &'a str,
    pub method: &'a str,
    pub path: &'a str,
}

/// A client without a connection.
#[derive(Clone, Debug)]
pub struct Client;

impl Client {
    pub async fn start(
        settings: &Settings,
        _: &'static [Declared],
        _: BeforeSend,
    ) -> Result<Self, Infallible> {
        if settings.token_is_ignored {
            tracing::warn!(
                "POSTHOG_PROJECT_TOKEN is ignored: the app is built without the Cargo feature posthog"
            );
        }
        Ok(Self)
    }

    pub fn capture_panics(&self) {
        hoglet_errors::panics::install_hook();
    }

    pub fn enabled(&self) -> bool {
        false
    }

    pub fn counts(&self) -> Counts {
        Counts::default()
    }

    pub async fn flush(&self, _: Duration) -> bool {
        true
    }

    pub async fn shut_down(&self, _: Instant) {}

    pub fn identify(&self, _: &str, _: &dyn Person, _: &Visitor, _: OffsetDateTime) -> Delivered {
        ledger::never_delivered()
    }

    pub fn alias(&self, _: &str, _: &str) -> Option<Uuid> {
        None
    }

    pub fn capture_error<E: Error>(&self, _: &E) -> Option<Uuid> {
        None
    }

    pub fn capture_error_with<E: Error>(&self, _: &E, _: impl Serialize) -> Option<Uuid> {
        None
    }

    pub fn capture_failed_request(
        &self,
        _: Arc<Cause>,
        _: StatusCode,
        _: &FailedRequest<'_>,
    ) -> Option<Uuid> {
        None
    }

    pub async fn delete_person(
        &self,
        _: &[String],
    ) -> Result<deletion::Deleted, deletion::NotDeleted> {
        let reason = "the app is built without the Cargo feature posthog";
        Err(deletion::NotDeleted::Off(reason.to_owned()))
    }
}

/// A handler's `PostHog`, which captures nothing. It has the request's identity.
#[derive(Clone)]
pub struct PostHog {
    identity: Arc<Identity>,
    request_id: Option<Arc<str>>,
}

impl PostHog {
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the identity layer wraps every page")
    }

    pub fn of_request(
        client: &Client,
        identity: Identity,
        person: Option<Arc<dyn Person>>,
        request: &RequestDetails<'_>,
        properties: Map<String, Value>,
    ) -> Self {
        Self::outside_request(client, identity, person, request.id, properties)
    }

    pub fn outside_request(
        _: &Client,
        identity: Identity,
        _: Option<Arc<dyn Person>>,
        request_id: Option<&str>,
        _: Map<String, Value>,
    ) -> Self {
        Self {
            identity: Arc::new(identity),
            request_id: request_id.map(Arc::from),
        }
    }

    pub fn remember_in(&self, extensions: &mut Extensions) {
        extensions.insert(self.clone());
    }

    pub fn as_user(&self, distinct_id: &str, _: Arc<dyn Person>) -> Self {
        Self {
            identity: Arc::new(Identity {
                distinct_id: DistinctId::User(distinct_id.to_owned()),
                ..Identity::clone(&self.identity)
            }),
            request_id: self.request_id.clone(),
        }
    }

    pub fn capture<E: TrackedEvent>(&self, _: E) -> Option<Uuid> {
        None
    }

    pub fn capture_view<E: TrackedEvent>(&self, _: E) -> Option<Uuid> {
        None
    }

    pub fn identify(&self, _: &dyn Person, _: &Visitor) -> Delivered {
        ledger::never_delivered()
    }

    pub fn set_person(&self, _: &dyn Person) -> Option<Uuid> {
        None
    }

    pub fn alias(&self, _: &str) -> Option<Uuid> {
        None
    }

    pub async fn flush(&self, _: Duration) -> bool {
        true
    }

    pub fn with_group(&self, _: &'static str, _: &str, _: impl Serialize) -> &Self {
        self
    }

    pub fn group_identify(&self, _: &'static str, _: &str, _: impl Serialize) {}

    pub fn capture_error<E: Error>(&self, _: &E) -> Option<Uuid> {
        None
    }

    pub fn capture_error_with<E: Error>(&self, _: &E, _: impl Serialize) -> Option<Uuid> {
        None
    }

    pub fn capture_failed_request(&self, _: Arc<Cause>, _: StatusCode) -> Option<Uuid> {
        None
    }

    pub fn capture_failed_task(&self, _: Arc<Cause>, _: &'static str) -> Option<Uuid> {
        None
    }

    pub fn flags(&self) -> BoxFuture<'_, Arc<Flags>> {
        Box::pin(async { Arc::default() })
    }

    pub fn browser_config(&self) -> Option<BrowserConfig> {
        None
    }

    pub fn visitor_id(&self) -> Uuid {
        self.identity.visitor_id
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    pub fn opted_out(&self) -> bool {
        self.identity.opted_out()
    }

    pub fn opt_out_forced(&self) -> bool {
        self.identity.opt_out == OptOut::Forced
    }

    pub fn captured(&self) -> Vec<Entry> {
        Vec::new()
    }

    pub fn panel(&self) -> Panel {
        Panel
    }
}

impl<S: Sync> FromRequestParts<S> for PostHog {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}

/// A flag, which is off.
#[derive(Debug)]
pub struct Flag {
    key: &'static str,
}

/// An experiment without a variant.
#[derive(Debug)]
pub struct Experiment {
    key: &'static str,
    variants: &'static [&'static str],
}

/// A flag or an experiment, in the list of all flags.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Declared {
    pub key: &'static str,
    pub variants: &'static [&'static str],
}

impl Flag {
    pub const fn new(key: &'static str) -> Self {
        Self { key }
    }

    pub const fn declared(&self) -> Declared {
        Declared {
            key: self.key,
            variants: &[],
        }
    }
}

impl Experiment {
    pub const fn new(key: &'static str, variants: &'static [&'static str]) -> Self {
        Self { key, variants }
    }

    pub const fn declared(&self) -> Declared {
        Declared {
            key: self.key,
            variants: self.variants,
        }
    }
}

/// Every flag has its default.
#[derive(Debug, Default)]
pub struct Flags;

impl Flags {
    pub fn is_enabled(&self, _: &Flag) -> bool {
        false
    }

    pub fn payload(&self, _: &Flag) -> Option<Value> {
        None
    }

    pub fn variant(&self, _: &Experiment) -> Option<&'static str> {
        None
    }
}

/// Events as types.
pub mod event {
    use serde_json::Value;

    #[doc(hidden)]
    pub use serde;
    pub use serde::Serialize;

    pub type BeforeSend = fn(Event) -> Option<Event>;

    #[derive(Debug)]
    pub enum Event {}

    impl Event {
        pub fn event_name(&self) -> &str {
            match *self {}
        }

        pub fn distinct_id(&self) -> &str {
            match *self {}
        }

        pub fn properties(&self) -> &std::collections::HashMap<String, Value> {
            match *self {}
        }

        pub fn insert_prop<K: Into<String>, P: Serialize>(
            &mut self,
            _: K,
            _: P,
        ) -> Result<(), std::convert::Infallible> {
            match *self {}
        }

        pub fn remove_prop(&mut self, _: &str) -> Option<Value> {
            match *self {}
        }
    }

    pub trait TrackedEvent: Serialize {
        const NAME: &'static str;
    }
}

/// The delivery of events, which never happens.
pub mod ledger {
    use serde::Serialize;
    use tokio::sync::oneshot;

    pub type Delivered = oneshot::Receiver<()>;

    pub(super) fn never_delivered() -> Delivered {
        oneshot::channel().1
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
    pub struct Counts {
        pub captured: u64,
        pub delivered: u64,
        pub waiting: u64,
        pub lost: u64,
        pub dropped: u64,
        pub waiting_bytes: usize,
    }
}

/// Deleting a person.
pub mod deletion {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Deleted {
        pub persons: u64,
    }

    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[error("the person cannot be deleted at PostHog: {0}")]
    pub enum NotDeleted {
        Off(String),
        NotAllowed(String),
        Refused(String),
        Later(String),
    }
}

/// The first touch of a visitor, which is not stored.
pub mod first_touch {
    use axum::http::HeaderMap;
    use serde_json::{Map, Value};
    use uuid::Uuid;

    #[derive(Clone, Debug)]
    pub enum FirstTouch {}

    impl FirstTouch {
        pub fn from_cookie(_: &str, _: &str, _: Uuid) -> Option<Self> {
            None
        }

        pub fn from_posthog_js(_: &dyn Fn(&str) -> String, _: &str, _: Uuid) -> Option<Self> {
            None
        }

        pub fn properties(&self) -> Map<String, Value> {
            match *self {}
        }
    }

    pub fn cookie(_: &str, _: &dyn Fn(&str) -> String, _: &str, _: &HeaderMap, _: Uuid) -> String {
        String::new()
    }
}

/// The tracing headers, which are not read.
pub mod headers {
    use axum::http::{HeaderMap, Method};

    pub const DISTINCT_ID: &str = "x-posthog-distinct-id";
    pub const SESSION_ID: &str = "x-posthog-session-id";

    pub fn distinct_id(_: &HeaderMap) -> Option<String> {
        None
    }

    pub fn session_id(_: &HeaderMap, _: &str) -> Option<String> {
        None
    }

    pub fn posthog_js_cookie(_: &str) -> String {
        "ph__posthog".to_owned()
    }

    pub fn is_page_view(_: &Method, _: &HeaderMap) -> bool {
        false
    }
}

/// The panel "Just captured", which stays empty.
pub mod panel {
    use serde::Serialize;

    #[derive(Clone, Debug, Serialize)]
    pub enum Entry {}

    #[derive(Clone, Copy, Debug)]
    pub struct Panel;

    impl Panel {
        pub fn begin(&self, _: String, _: Vec<Entry>) {}
    }

    pub fn encode(_: &[Entry]) -> String {
        String::new()
    }

    pub fn decode(_: &str) -> Vec<Entry> {
        Vec::new()
    }
}

/// The context of posthog-rs, which does not exist here.
pub mod context {
    pub fn layer() -> tower::layer::util::Identity {
        tower::layer::util::Identity::new()
    }
}

/// The configuration of posthog-js in a page, which does not exist here.
pub mod browser {
    use crate::posthog::off::Settings;

    #[derive(Debug)]
    pub enum BrowserConfig {}

    impl BrowserConfig {
        pub fn to_script_json(&self) -> String {
            match *self {}
        }
    }

    pub fn origins(_: &Settings) -> Vec<String> {
        Vec::new()
    }
}

/// The proxy for posthog-js, which has no routes.
pub mod proxy {
    use axum::Router;
    use axum::extract::Request;

    use crate::posthog::off::Client;

    #[derive(Clone, Debug)]
    pub struct Sent {
        pub path_and_query: String,
        pub ip: std::net::IpAddr,
    }

    #[derive(Clone, Copy, Debug)]
    pub struct FromPostHog;

    pub fn routes<S: Clone + Send + Sync + 'static>(
        _: &Client,
        _: fn(&Request) -> Sent,
    ) -> Router<S> {
        Router::new()
    }
}
