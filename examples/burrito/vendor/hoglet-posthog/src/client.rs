//! [`Client`]: the app's one connection to PostHog. It is off without a project token.

use std::error::Error;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use hoglet_errors::Cause;
use hoglet_errors::panics::{self, Listener, PanicScope};
use posthog_rs::Event;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use crate::alias::alias_event;
use crate::boundary::Boundary;
use crate::browser::SiteConfig;
use crate::deletion::{Deleted, Deletion, NotDeleted};
use crate::delivery::Delivery;
use crate::evaluator::Evaluator;
use crate::event::BeforeSend;
use crate::exception::Exception;
use crate::flag::Declared;
use crate::groups::SentGroups;
use crate::identify_event::{Visitor, identify_properties};
use crate::item::Item;
use crate::ledger::{self, Counts, Delivered};
use crate::outgoing;
use crate::person::Person;
use crate::properties;
use crate::property::GEOIP_DISABLE;
use crate::release_properties::ReleaseProperties;
use crate::settings::Settings;
use crate::urls;

/// The app's one connection to PostHog. Cloning it is cheap.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

/// A request that failed before its person was known.
#[derive(Clone, Copy, Debug)]
pub struct FailedRequest<'a> {
    /// The request's id, which its answer shows.
    pub id: &'a str,
    /// The method.
    pub method: &'a str,
    /// The path, without tokens.
    pub path: &'a str,
}

struct Inner {
    settings: Settings,
    /// None if PostHog is off.
    connection: Option<Connection>,
    /// The groups whose properties this process has sent.
    sent_groups: SentGroups,
    site_config: SiteConfig,
}

struct Connection {
    http: reqwest::Client,
    delivery: Delivery,
    evaluator: Evaluator,
    deletion: Deletion,
}

impl Client {
    /// Starts delivery, unless PostHog is off.
    ///
    /// `flags` are the flags to evaluate. `before_send` is called with each event right before it is sent.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up.
    pub async fn start(
        settings: &Settings,
        flags: &'static [Declared],
        before_send: BeforeSend,
    ) -> Result<Self, reqwest::Error> {
        let connection = if settings.enabled() {
            for unusable in outgoing::unusable_proxies() {
                tracing::warn!("{unusable}");
            }
            if let Some(proxy) = outgoing::proxy_to(settings.base_url()) {
                tracing::info!(proxy, "PostHog is reached through a proxy");
            }
            // The proxy for posthog-js uses this client too, so it does not follow redirects, decompress
            // bodies or keep cookies.
            let http = outgoing::client()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(5))
                .no_gzip()
                .build()?;
            let delivery = Delivery::start(settings, before_send, http.clone()).await;
            Some(Connection {
                deletion: Deletion::new(settings, http.clone()),
                evaluator: Evaluator::start(settings, flags, http.clone(), delivery.clone()),
                delivery,
                http,
            })
        } else {
            say_why_off(settings);
            None
        };
        Ok(Self(Arc::new(Inner {
            site_config: SiteConfig::new(settings),
            settings: settings.clone(),
            connection,
            sent_groups: SentGroups::default(),
        })))
    }

    /// Logs panics from now on, and captures those that no request and no job catches.
    ///
    /// These are the panics of spawned tasks and of threads. Call this in the runtime that the tasks belong
    /// to.
    pub fn capture_panics(&self) {
        panics::install_hook();
        let listener: Weak<Inner> = Arc::downgrade(&self.0);
        panics::listen(listener);
    }

    /// Whether events are sent at all.
    pub fn enabled(&self) -> bool {
        self.0.connection.is_some()
    }

    /// Queues an event and returns at once. In development the log shows it, even if PostHog is off.
    pub fn capture(&self, event: Event) {
        let event = self.dated(event, Utc::now());
        if let Some(connection) = &self.0.connection {
            connection.delivery.push(Item::Event(event));
        }
    }

    /// Like [`Client::capture`], with the time of the event.
    ///
    /// The result resolves when PostHog has accepted the event. If PostHog is off, it resolves to an error.
    pub fn capture_and_tell(&self, event: Event, happened_at: DateTime<Utc>) -> Delivered {
        let event = self.dated(event, happened_at);
        match &self.0.connection {
            Some(connection) => connection.delivery.push_and_tell(Item::Event(event)),
            None => ledger::never_delivered(),
        }
    }

    fn dated(&self, mut event: Event, happened_at: DateTime<Utc>) -> Event {
        // The time may come from another machine whose clock is ahead, and the SDK refuses a time in the
        // future. If this clock is set back right now, the SDK refuses it too, and PostHog uses the time of
        // arrival.
        let _ = event.set_timestamp(happened_at.min(Utc::now()));
        if self.0.settings.development() {
            self.log(event.event_name(), event.distinct_id());
        }
        event
    }

    /// Captures an error that arose outside of a request, without a person.
    ///
    /// In a handler use [`PostHog::capture_error`](crate::PostHog::capture_error) instead. Returns the
    /// event's id; none if PostHog is off.
    #[track_caller]
    pub fn capture_error<E: Error>(&self, error: &E) -> Option<Uuid> {
        self.capture_error_with(error, ())
    }

    /// Like [`Client::capture_error`], with properties: a struct with named fields, or a map.
    ///
    /// Properties that describe the error itself (`$exception_…`) are ignored, except
    /// `$exception_fingerprint`.
    #[track_caller]
    pub fn capture_error_with<E: Error>(
        &self,
        error: &E,
        properties: impl Serialize,
    ) -> Option<Uuid> {
        self.capture_exception(Exception::by_hand(error, properties))
    }

    /// Captures the error of a request that failed before its person was known.
    ///
    /// Does nothing if automatic capture is off. `status` is the status of the answer.
    pub fn capture_failed_request(
        &self,
        cause: Arc<Cause>,
        status: StatusCode,
        request: &FailedRequest<'_>,
    ) -> Option<Uuid> {
        if !self.settings().capture_exceptions {
            return None;
        }
        let cut = |text| urls::cut(text, urls::MAX_CHARACTERS);
        let about = json!({
            "$request_method": cut(request.method),
            "$request_path": cut(request.path),
        });
        let exception = Exception::of_failed_request(cause, status)
            .with_properties(properties::of(&about))
            .of_request(Some(request.id), None);
        self.capture_exception(exception)
    }

    /// Queues an error and returns at once. The result is the event's id; none if PostHog is off.
    pub(crate) fn capture_exception(&self, exception: Exception) -> Option<Uuid> {
        if self.0.settings.development() {
            self.log("$exception", exception.distinct_id().unwrap_or("nobody"));
        }
        let connection = self.0.connection.as_ref()?;
        let uuid = exception.uuid;
        let item = Item::Exception(Box::new(exception));
        connection.delivery.push(item);
        Some(uuid)
    }

    /// Tells PostHog which visitor the user with this distinct id was.
    ///
    /// This is for work outside of the visitor's request. `happened_at` is when the visitor logged in.
    pub fn identify(
        &self,
        distinct_id: &str,
        person: &dyn Person,
        visitor: &Visitor,
        happened_at: OffsetDateTime,
    ) -> Delivered {
        let mut event = Event::new("$identify", distinct_id);
        let properties = identify_properties(person, visitor).into_iter();
        // The event has no `$ip`, so PostHog would take this server's location for the user's.
        for (name, value) in properties.chain([(GEOIP_DISABLE.into(), true.into())]) {
            event
                .insert_prop(name, value)
                .expect("a JSON value serializes");
        }
        let happened_at = DateTime::from_timestamp(happened_at.unix_timestamp(), 0);
        self.capture_and_tell(event, happened_at.unwrap_or_default())
    }

    /// Deletes the persons with these distinct ids at PostHog, and their events and recordings.
    ///
    /// PostHog accepts the request at once and deletes within days. This waits for the answer, for a bounded
    /// time.
    ///
    /// An event that is captured for one of these ids afterwards creates the person again, so delete last.
    ///
    /// # Errors
    ///
    /// If PostHog has not accepted the request. The error tells whether to try again.
    pub async fn delete_person(&self, distinct_ids: &[String]) -> Result<Deleted, NotDeleted> {
        match &self.0.connection {
            Some(connection) => connection.deletion.delete(distinct_ids).await,
            None => Err(NotDeleted::Off("PostHog is off".to_owned())),
        }
    }

    /// The settings that the client was started with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn release_properties(&self) -> ReleaseProperties {
        ReleaseProperties::of(&self.0.settings.app)
    }

    pub(crate) fn site_config(&self) -> &SiteConfig {
        &self.0.site_config
    }

    pub(crate) fn sent_groups(&self) -> &SentGroups {
        &self.0.sent_groups
    }

    pub(crate) fn evaluator(&self) -> Option<&Evaluator> {
        let connection = self.0.connection.as_ref();
        connection.map(|connection| &connection.evaluator)
    }

    /// The HTTP client, for the proxy; none if PostHog is off.
    pub(crate) fn http(&self) -> Option<&reqwest::Client> {
        let connection = self.0.connection.as_ref();
        connection.map(|connection| &connection.http)
    }

    /// How many events were captured, delivered and lost.
    pub fn counts(&self) -> Counts {
        let connection = self.0.connection.as_ref();
        connection.map_or_else(Counts::default, |connection| connection.delivery.counts())
    }

    /// Waits until everything captured before this call is delivered, lost or dropped.
    ///
    /// `within` bounds the wait. Returns `false` if it was too short; the remaining events stay in the queue
    /// and are sent later. This is for tests, and for commands that capture events and end. A server needs
    /// only [`Client::shut_down`], which delivers too.
    pub async fn flush(&self, within: Duration) -> bool {
        let Some(connection) = &self.0.connection else {
            return true;
        };
        let deadline = Instant::now() + within;
        connection.evaluator.flush(deadline).await;
        let settled = connection.delivery.settled();
        tokio::time::timeout_at(deadline, settled).await.is_ok()
    }

    /// Merges two persons: the person with the distinct id `alias` becomes part of the other.
    ///
    /// The other is the person with `distinct_id`. Returns the event's id; none if nothing is sent.
    ///
    /// The direction matters, and a merge cannot be undone. PostHog does not merge a person who was
    /// identified before, so `alias` must be an id that no user has logged in with, such as a device's. Ids
    /// that PostHog refuses are refused here too, with a line in the log. A visitor who logs in or signs up
    /// needs no alias: [`PostHog::identify`](crate::PostHog::identify) links them.
    /// Source: <https://posthog.com/docs/product-analytics/identify>.
    pub fn alias(&self, distinct_id: &str, alias: &str) -> Option<Uuid> {
        let mut event = alias_event(distinct_id, alias)?;
        // The event has no `$ip`, so PostHog would take this server's location for the person's.
        event
            .insert_prop(GEOIP_DISABLE, true)
            .expect("a boolean serializes");
        let uuid = Uuid::now_v7();
        event.set_uuid(uuid);
        self.capture(event);
        self.enabled().then_some(uuid)
    }

    /// Delivers everything captured so far, until the deadline.
    ///
    /// Events that are left then are lost, and so are events that are captured later.
    pub async fn shut_down(&self, deadline: Instant) {
        if let Some(connection) = &self.0.connection {
            connection.evaluator.flush(deadline).await;
            connection.delivery.shut_down(deadline).await;
        }
    }

    /// Logs names and ids only, because properties may contain an e-mail address.
    fn log(&self, event: &str, person: &str) {
        let posthog = if self.enabled() { "on" } else { "off" };
        tracing::info!(event, person, posthog, "captured");
    }
}

/// Captures panics. The hook has a weak reference, so an app that has ended captures none.
impl Listener for Inner {
    fn panicked(self: Arc<Self>, cause: Cause, scope: PanicScope) {
        if self.settings.capture_exceptions {
            let exception = Exception::new(Arc::new(cause), Boundary::of_panic(scope));
            Client(self).capture_exception(exception);
        }
    }
}

fn say_why_off(settings: &Settings) {
    if settings.disabled {
        tracing::info!("PostHog is off: POSTHOG_DISABLED is set");
    } else {
        tracing::warn!(
            "PostHog is off: events, errors and people are lost, and every flag has its default; \
             set POSTHOG_PROJECT_TOKEN to the project token (phc_…), or POSTHOG_DISABLED=true"
        );
    }
}
