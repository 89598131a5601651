//! The app's one connection to PostHog: off without a key.

use std::error::Error;
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use posthog_rs::Event;
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::alias::alias_event;
use super::deletion::{Deleted, Deletion, NotDeleted};
use super::delivery::Delivery;
use super::evaluator::Evaluator;
use super::event::BeforeSend;
use super::exception::Exception;
use super::flag::Declared;
use super::groups::Described;
use super::item::Item;
use super::ledger::{self, Counts, Delivered};
use super::property::GEOIP_DISABLE;
use super::stamp::Stamp;
use crate::package::Package;
use crate::settings::{PostHogSettings, Settings};

/// The app's one connection to PostHog. Cloning it is cheap.
#[derive(Clone)]
pub struct Client {
    inner: Option<Arc<Inner>>,
    /// In development the log and the page show what is captured.
    pub(super) development: bool,
    /// Whether errors and panics are captured by themselves.
    pub capture_exceptions: bool,
    pub(super) stamp: Stamp,
    /// The groups that PostHog knows from this process.
    pub(super) described: Arc<Described>,
}

/// A client that keeps nothing alive, for the panic hook.
pub struct WeakClient {
    inner: Option<Weak<Inner>>,
    /// All the rest of it.
    client: Client,
}

struct Inner {
    delivery: Delivery,
    evaluator: Evaluator,
    deletion: Deletion,
}

impl Client {
    /// Begins to deliver, unless PostHog is off. `flags` is what PostHog is asked for, and `before_send`
    /// sees each event last.
    pub async fn start(
        package: &Package,
        settings: &Settings,
        flags: &'static [Declared],
        before_send: BeforeSend,
        http: reqwest::Client,
    ) -> Self {
        let posthog = &settings.posthog;
        let inner = if posthog.enabled() {
            let delivery = Delivery::start(package, settings, before_send, http.clone()).await;
            let deletion = Deletion::new(posthog, http.clone());
            let evaluator = Evaluator::start(posthog, flags, http, delivery.clone());
            Some(Arc::new(Inner {
                delivery,
                evaluator,
                deletion,
            }))
        } else {
            say_why_off(posthog);
            None
        };
        Self {
            inner,
            development: settings.development(),
            capture_exceptions: posthog.capture_exceptions,
            stamp: Stamp::new(settings.environment, package.release),
            described: Arc::default(),
        }
    }

    /// Whether events are sent at all.
    pub fn enabled(&self) -> bool {
        self.inner.is_some()
    }

    /// Queues an event and returns at once. Without PostHog the development log shows it instead.
    pub fn capture(&self, event: Event) {
        let event = self.dated(event, Utc::now());
        if let Some(inner) = &self.inner {
            inner.delivery.push(Item::Event(event));
        }
    }

    /// The same with a date of its own, for who wants to know when PostHog has taken the event.
    /// Without PostHog that never happens.
    pub fn capture_and_tell(&self, event: Event, happened_at: DateTime<Utc>) -> Delivered {
        let event = self.dated(event, happened_at);
        match &self.inner {
            Some(inner) => inner.delivery.push_and_tell(Item::Event(event)),
            None => ledger::never_delivered(),
        }
    }

    fn dated(&self, mut event: Event, happened_at: DateTime<Utc>) -> Event {
        // The clock that it was dated by may be another machine's, ahead of this one's; and this one
        // may be set back at this moment: PostHog then takes the time of arrival.
        let _ = event.set_timestamp(happened_at.min(Utc::now()));
        if self.development {
            self.log(event.event_name(), event.distinct_id());
        }
        event
    }

    /// Captures an error that arose outside of a request, on nobody's behalf. In a handler there is
    /// `PostHog::capture_error`. Returns the event's id; none where PostHog is off.
    pub fn capture_error<E: Error>(&self, error: &E) -> Option<Uuid> {
        self.capture_error_with(error, ())
    }

    /// The same with properties, a struct with named fields or a map. Where it happened and how bad
    /// it is (`$exception_…`) cannot be said here.
    pub fn capture_error_with<E: Error>(
        &self,
        error: &E,
        properties: impl Serialize,
    ) -> Option<Uuid> {
        self.capture_exception(Exception::by_hand(error, properties))
    }

    /// Queues an error and returns at once.
    pub(crate) fn capture_exception(&self, exception: Exception) -> Option<Uuid> {
        if self.development {
            self.log("$exception", exception.distinct_id().unwrap_or("nobody"));
        }
        let inner = self.inner.as_ref()?;
        let uuid = exception.uuid;
        inner.delivery.push(Item::Exception(Box::new(exception)));
        Some(uuid)
    }

    /// Deletes at PostHog whoever has one of these distinct ids, with events and recordings.
    /// PostHog takes it in at once and does it within days. Waits for the answer, for a bounded
    /// time.
    ///
    /// An event that is captured for one of the ids afterwards makes a person of it once more, so
    /// this comes last.
    ///
    /// # Errors
    ///
    /// Where PostHog has not taken it in; the error tells whether to try again.
    pub async fn delete_person(&self, distinct_ids: &[String]) -> Result<Deleted, NotDeleted> {
        match &self.inner {
            Some(inner) => inner.deletion.delete(distinct_ids).await,
            None => Err(NotDeleted::Off("PostHog is off".to_owned())),
        }
    }

    /// The same client, keeping nothing alive.
    pub fn downgrade(&self) -> WeakClient {
        WeakClient {
            inner: self.inner.as_ref().map(Arc::downgrade),
            client: Self {
                inner: None,
                ..self.clone()
            },
        }
    }

    pub(super) fn evaluator(&self) -> Option<&Evaluator> {
        self.inner.as_ref().map(|inner| &inner.evaluator)
    }

    /// What became of everything that was captured.
    pub fn counts(&self) -> Counts {
        self.inner
            .as_ref()
            .map_or_else(Counts::default, |inner| inner.delivery.counts())
    }

    /// Waits until everything captured before this call is delivered, or lost, or dropped by the app;
    /// `within` bounds the wait. Returns whether it is. What is not stays in the queue, and is sent as if
    /// nobody had asked. For a command that captures and ends, and for tests: at the end of the app it
    /// happens by itself.
    pub async fn flush(&self, within: Duration) -> bool {
        let Some(inner) = &self.inner else {
            return true;
        };
        let deadline = Instant::now() + within;
        inner.evaluator.flush(deadline).await;
        let settled = inner.delivery.settled();
        tokio::time::timeout_at(deadline, settled).await.is_ok()
    }

    /// Makes one person of two: whoever PostHog knows by `alias` becomes part of the person that it knows
    /// by `distinct_id`. Returns the event's id; none where nothing is sent.
    ///
    /// The direction counts, and cannot be taken back. PostHog leaves alone a person who was identified
    /// before: `alias` is an id that nobody has logged in by, such as a device's. Ids that PostHog refuses
    /// are refused here too, with a line in the log. Who logs in or signs up is linked by
    /// [`PostHog::identify`](super::PostHog::identify) already.
    /// Source: <https://posthog.com/docs/product-analytics/identify>.
    pub fn alias(&self, distinct_id: &str, alias: &str) -> Option<Uuid> {
        let mut event = alias_event(distinct_id, alias)?;
        // Without an address PostHog would look for them where this server stands.
        event
            .insert_prop(GEOIP_DISABLE, true)
            .expect("a boolean serializes");
        let uuid = Uuid::now_v7();
        event.set_uuid(uuid);
        self.capture(event);
        self.enabled().then_some(uuid)
    }

    /// Delivers everything captured so far, until the deadline.
    pub async fn shut_down(&self, deadline: Instant) {
        if let Some(inner) = &self.inner {
            inner.evaluator.flush(deadline).await;
            inner.delivery.shut_down(deadline).await;
        }
    }

    /// Names and ids only: properties may hold an e-mail address.
    fn log(&self, event: &str, person: &str) {
        let posthog = if self.enabled() { "on" } else { "off" };
        tracing::info!(target: "hoglet_web::posthog", event, person, posthog, "captured");
    }
}

impl WeakClient {
    /// The client, as long as its app lives.
    pub fn upgrade(&self) -> Option<Client> {
        let inner = match &self.inner {
            Some(inner) => Some(inner.upgrade()?),
            None => None,
        };
        Some(Client {
            inner,
            ..self.client.clone()
        })
    }
}

fn say_why_off(settings: &PostHogSettings) {
    if settings.disabled {
        tracing::info!("PostHog is off: POSTHOG_DISABLED is set");
    } else {
        tracing::warn!(
            "PostHog is off: events, errors and people are lost, and every flag has its default; \
             set POSTHOG_PROJECT_TOKEN to the project token (phc_…), or POSTHOG_DISABLED=true"
        );
    }
}
