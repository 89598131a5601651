//! What stands in the place of `hoglet-posthog` in an app without it: the same names, which do nothing.
//!
//! Requests still have an [`Identity`], because visitors keep their cookie. Nothing is sent, asked or stored.

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
    /// Always empty.
    pub project_token: String,
    /// Always false: nothing is captured that one could opt out of.
    pub respect_opt_out: bool,
    /// Always none.
    pub proxy_path: Option<String>,
    /// Whether a project token is set all the same.
    pub(crate) token_is_ignored: bool,
}

impl Settings {
    /// The variables that are not used.
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

    /// Always false.
    pub fn enabled(&self) -> bool {
        false
    }

    /// None.
    pub fn local_url(&self) -> Option<&str> {
        None
    }
}

/// Always in order.
///
/// # Errors
///
/// None.
pub async fn check(_: &Settings) -> Result<String, String> {
    Ok("off: the app is built without the Cargo feature posthog".into())
}

/// A user, see `hoglet-posthog`.
pub trait Person: Send + Sync {
    /// Person properties.
    fn properties(&self) -> Map<String, Value> {
        Map::new()
    }

    /// When this person signed up.
    fn since(&self) -> OffsetDateTime;
}

/// The visitor that a user was before they logged in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The visitor id.
    pub id: Uuid,
    /// Empty.
    pub first_touch: Map<String, Value>,
}

/// The id of the person of a request. Stored with its jobs, in the same form as with PostHog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistinctId {
    /// A signed-in user's.
    User(String),
    /// A visitor's.
    Visitor(Uuid),
    /// Not made without PostHog.
    Header(String),
}

impl DistinctId {
    /// Whether somebody is signed in.
    pub fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    /// Notes it in a span of the log.
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
    /// They would.
    #[default]
    No,
    /// They would not, by the app's own switch.
    Chosen,
    /// They would not, by the browser's.
    Forced,
}

/// The visitor or user of one request.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The person.
    pub distinct_id: DistinctId,
    /// The visitor id that came with the request, or the fresh one that goes back with the answer.
    pub visitor_id: Uuid,
    /// None.
    pub session_id: Option<String>,
    /// Whether they opted out.
    pub opt_out: OptOut,
}

impl Identity {
    /// Whether the person is not to be tracked.
    pub fn opted_out(&self) -> bool {
        self.opt_out != OptOut::No
    }
}

/// A request, as PostHog would be told of it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see hoglet-posthog")]
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
#[expect(missing_docs, reason = "see hoglet-posthog")]
pub enum Address {
    Plain,
    Secret,
}

/// A request whose person is not known.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "see hoglet-posthog")]
pub struct FailedRequest<'a> {
    pub id: &'a str,
    pub method: &'a str,
    pub path: &'a str,
}

/// No connection.
#[derive(Clone, Debug)]
pub struct Client;

impl Client {
    /// Says in the log that there is none, where one may be expected.
    ///
    /// # Errors
    ///
    /// None.
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

    /// Panics are logged, no more.
    pub fn capture_panics(&self) {
        hoglet_errors::panics::install_hook();
    }

    /// Always false.
    pub fn enabled(&self) -> bool {
        false
    }

    /// All zero.
    pub fn counts(&self) -> Counts {
        Counts::default()
    }

    /// There is nothing to wait for.
    pub async fn flush(&self, _: Duration) -> bool {
        true
    }

    /// There is nothing to deliver.
    pub async fn shut_down(&self, _: Instant) {}

    /// Does nothing.
    pub fn identify(&self, _: &str, _: &dyn Person, _: &Visitor, _: OffsetDateTime) -> Delivered {
        ledger::never_delivered()
    }

    /// Does nothing.
    pub fn alias(&self, _: &str, _: &str) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn capture_error<E: Error>(&self, _: &E) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn capture_error_with<E: Error>(&self, _: &E, _: impl Serialize) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn capture_failed_request(
        &self,
        _: Arc<Cause>,
        _: StatusCode,
        _: &FailedRequest<'_>,
    ) -> Option<Uuid> {
        None
    }

    /// Nobody can be deleted.
    ///
    /// # Errors
    ///
    /// Always: PostHog is off.
    pub async fn delete_person(
        &self,
        _: &[String],
    ) -> Result<deletion::Deleted, deletion::NotDeleted> {
        let reason = "the app is built without the Cargo feature posthog";
        Err(deletion::NotDeleted::Off(reason.to_owned()))
    }
}

/// A handler's way to PostHog, which leads nowhere. It knows the request's identity.
#[derive(Clone)]
pub struct PostHog {
    identity: Arc<Identity>,
    request_id: Option<Arc<str>>,
}

impl PostHog {
    /// That of a request.
    ///
    /// # Panics
    ///
    /// Without the layer `identify`.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the identity layer wraps every page")
    }

    /// For a request.
    pub fn of_request(
        client: &Client,
        identity: Identity,
        person: Option<Arc<dyn Person>>,
        request: &RequestDetails<'_>,
        properties: Map<String, Value>,
    ) -> Self {
        Self::outside_request(client, identity, person, request.id, properties)
    }

    /// For work outside of a request.
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

    /// Leaves itself in a request's extensions.
    pub fn remember_in(&self, extensions: &mut Extensions) {
        extensions.insert(self.clone());
    }

    /// The same request, of the user with this id.
    pub fn as_user(&self, distinct_id: &str, _: Arc<dyn Person>) -> Self {
        Self {
            identity: Arc::new(Identity {
                distinct_id: DistinctId::User(distinct_id.to_owned()),
                ..Identity::clone(&self.identity)
            }),
            request_id: self.request_id.clone(),
        }
    }

    /// Does nothing.
    pub fn capture<E: TrackedEvent>(&self, _: E) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn capture_view<E: TrackedEvent>(&self, _: E) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn identify(&self, _: &dyn Person, _: &Visitor) -> Delivered {
        ledger::never_delivered()
    }

    /// Does nothing.
    pub fn set_person(&self, _: &dyn Person) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn alias(&self, _: &str) -> Option<Uuid> {
        None
    }

    /// There is nothing to wait for.
    pub async fn flush(&self, _: Duration) -> bool {
        true
    }

    /// Does nothing.
    pub fn with_group(&self, _: &'static str, _: &str, _: impl Serialize) -> &Self {
        self
    }

    /// Does nothing.
    pub fn group_identify(&self, _: &'static str, _: &str, _: impl Serialize) {}

    /// Does nothing.
    pub fn capture_error<E: Error>(&self, _: &E) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn capture_error_with<E: Error>(&self, _: &E, _: impl Serialize) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn capture_failed_request(&self, _: Arc<Cause>, _: StatusCode) -> Option<Uuid> {
        None
    }

    /// Does nothing.
    pub fn capture_failed_task(&self, _: Arc<Cause>, _: &'static str) -> Option<Uuid> {
        None
    }

    /// All have their defaults.
    pub fn flags(&self) -> BoxFuture<'_, Arc<Flags>> {
        Box::pin(async { Arc::default() })
    }

    /// No script.
    pub fn browser_config(&self) -> Option<BrowserConfig> {
        None
    }

    /// The id of this browser's visitor, also where a user is signed in.
    pub fn visitor_id(&self) -> Uuid {
        self.identity.visitor_id
    }

    /// The visitor or user of the request.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The request, as its answer names it.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Whether this person is not to be tracked.
    pub fn opted_out(&self) -> bool {
        self.identity.opted_out()
    }

    /// Whether the browser asks for that.
    pub fn opt_out_forced(&self) -> bool {
        self.identity.opt_out == OptOut::Forced
    }

    /// Nothing.
    pub fn captured(&self) -> Vec<Entry> {
        Vec::new()
    }

    /// Gathers nothing.
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

/// A flag or an experiment, in the list of them all.
#[derive(Debug, Serialize)]
pub struct Declared {
    /// What PostHog would call it.
    pub key: &'static str,
    /// Of an experiment.
    pub variants: &'static [&'static str],
}

impl Flag {
    /// A flag of this key.
    pub const fn new(key: &'static str) -> Self {
        Self { key }
    }

    /// Its line in the list of all.
    pub const fn declared(&self) -> Declared {
        Declared {
            key: self.key,
            variants: &[],
        }
    }
}

impl Experiment {
    /// An experiment of this key, with the variants that the app knows.
    pub const fn new(key: &'static str, variants: &'static [&'static str]) -> Self {
        Self { key, variants }
    }

    /// Its line in the list of all.
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
    /// Always false.
    pub fn is_enabled(&self, _: &Flag) -> bool {
        false
    }

    /// Always none.
    pub fn payload(&self, _: &Flag) -> Option<Value> {
        None
    }

    /// Always none.
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

    /// Is never called.
    pub type BeforeSend = fn(Event) -> Option<Event>;

    /// There is none.
    #[derive(Debug)]
    pub enum Event {}

    impl Event {
        /// Its name.
        pub fn event_name(&self) -> &str {
            match *self {}
        }

        /// Its person.
        pub fn distinct_id(&self) -> &str {
            match *self {}
        }

        /// Its properties.
        pub fn properties(&self) -> &std::collections::HashMap<String, Value> {
            match *self {}
        }

        /// Sets a property.
        ///
        /// # Errors
        ///
        /// None.
        pub fn insert_prop<K: Into<String>, P: Serialize>(
            &mut self,
            _: K,
            _: P,
        ) -> Result<(), std::convert::Infallible> {
            match *self {}
        }

        /// Takes a property out.
        pub fn remove_prop(&mut self, _: &str) -> Option<Value> {
            match *self {}
        }
    }

    /// An event: its fields are its properties.
    pub trait TrackedEvent: Serialize {
        /// What PostHog would call it.
        const NAME: &'static str;
    }
}

/// What becomes of events.
pub mod ledger {
    use serde::Serialize;
    use tokio::sync::oneshot;

    /// Never resolves to anything but an error.
    pub type Delivered = oneshot::Receiver<()>;

    pub(super) fn never_delivered() -> Delivered {
        oneshot::channel().1
    }

    /// All zero.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
    #[expect(missing_docs, reason = "see hoglet-posthog")]
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
    /// Is never returned.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[expect(missing_docs, reason = "see hoglet-posthog")]
    pub struct Deleted {
        pub persons: u64,
    }

    /// Why no person was deleted.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[error("the person cannot be deleted at PostHog: {0}")]
    #[expect(missing_docs, reason = "see hoglet-posthog")]
    pub enum NotDeleted {
        Off(String),
        NotAllowed(String),
        Refused(String),
        Later(String),
    }
}

/// The page that a visitor came by, which is not kept.
pub mod first_touch {
    use axum::http::HeaderMap;
    use serde_json::{Map, Value};
    use uuid::Uuid;

    /// There is none.
    #[derive(Clone, Debug)]
    pub enum FirstTouch {}

    impl FirstTouch {
        /// None.
        pub fn from_cookie(_: &str, _: &str, _: Uuid) -> Option<Self> {
            None
        }

        /// None.
        pub fn from_posthog_js(_: &dyn Fn(&str) -> String, _: &str, _: Uuid) -> Option<Self> {
            None
        }

        /// None.
        pub fn properties(&self) -> Map<String, Value> {
            match *self {}
        }
    }

    /// Empty: no cookie.
    pub fn cookie(_: &str, _: &dyn Fn(&str) -> String, _: &str, _: &HeaderMap, _: Uuid) -> String {
        String::new()
    }
}

/// The tracing headers, which are not read.
pub mod headers {
    use axum::http::{HeaderMap, Method};

    /// Would name the person.
    pub const DISTINCT_ID: &str = "x-posthog-distinct-id";
    /// Would name the browser's session.
    pub const SESSION_ID: &str = "x-posthog-session-id";

    /// None.
    pub fn distinct_id(_: &HeaderMap) -> Option<String> {
        None
    }

    /// None.
    pub fn session_id(_: &HeaderMap, _: &str) -> Option<String> {
        None
    }

    /// The cookie that posthog-js would have.
    pub fn posthog_js_cookie(_: &str) -> String {
        "ph__posthog".to_owned()
    }

    /// No page is captured as viewed.
    pub fn is_page_view(_: &Method, _: &HeaderMap) -> bool {
        false
    }
}

/// The panel of what was captured, which stays empty.
pub mod panel {
    use serde::Serialize;

    /// There is none.
    #[derive(Clone, Debug, Serialize)]
    pub enum Entry {}

    /// Gathers nothing.
    #[derive(Clone, Copy, Debug)]
    pub struct Panel;

    impl Panel {
        /// Does nothing.
        pub fn begin(&self, _: String, _: Vec<Entry>) {}
    }

    /// Empty.
    pub fn encode(_: &[Entry]) -> String {
        String::new()
    }

    /// Empty.
    pub fn decode(_: &str) -> Vec<Entry> {
        Vec::new()
    }
}

/// The context of posthog-rs, which is not there.
pub mod context {
    /// A layer that does nothing.
    pub fn layer() -> tower::layer::util::Identity {
        tower::layer::util::Identity::new()
    }
}

/// posthog-js's side of a page.
pub mod browser {
    use super::Settings;

    /// There is none.
    #[derive(Debug)]
    pub enum BrowserConfig {}

    impl BrowserConfig {
        /// None.
        pub fn to_script_json(&self) -> String {
            match *self {}
        }
    }

    /// None.
    pub fn origins(_: &Settings) -> Vec<String> {
        Vec::new()
    }
}

/// The proxy for posthog-js, which has no routes.
pub mod proxy {
    use axum::Router;
    use axum::extract::Request;

    use super::Client;

    /// What the proxy would have to know of a request.
    #[derive(Clone, Debug)]
    #[expect(missing_docs, reason = "see hoglet-posthog")]
    pub struct Sent {
        pub path_and_query: String,
        pub ip: std::net::IpAddr,
    }

    /// Marks no answer.
    #[derive(Clone, Copy, Debug)]
    pub struct FromPostHog;

    /// None.
    pub fn routes<S: Clone + Send + Sync + 'static>(
        _: &Client,
        _: fn(&Request) -> Sent,
    ) -> Router<S> {
        Router::new()
    }
}
