//! The app's one connection to PostHog: off without a key.

use std::error::Error;
use std::sync::{Arc, Weak};

use chrono::Utc;
use posthog_rs::Event;
use tokio::time::Instant;

use super::delivery::{Delivery, Item};
use super::errors::{Exception, Level};
use super::flags::Evaluator;
use super::ledger::Counts;
use crate::error::Cause;
use crate::settings::{PostHogSettings, Settings};

#[derive(Clone)]
pub struct Client {
    inner: Option<Arc<Inner>>,
    /// In development the log and the page show what is captured.
    pub(super) development: bool,
    pub capture_exceptions: bool,
}

/// A client that keeps nothing alive, for the panic hook.
pub struct WeakClient {
    inner: Option<Weak<Inner>>,
    development: bool,
    capture_exceptions: bool,
}

struct Inner {
    delivery: Delivery,
    evaluator: Evaluator,
}

impl Client {
    pub async fn start(settings: &Settings, http: reqwest::Client) -> Self {
        let posthog = &settings.posthog;
        let inner = if posthog.enabled() {
            let delivery = Delivery::start(posthog, http.clone()).await;
            let evaluator = Evaluator::start(posthog, http, delivery.clone());
            Some(Arc::new(Inner {
                delivery,
                evaluator,
            }))
        } else {
            tracing::info!("{}", why_off(posthog));
            None
        };
        Self {
            inner,
            development: settings.development(),
            capture_exceptions: posthog.capture_exceptions,
        }
    }

    pub fn enabled(&self) -> bool {
        self.inner.is_some()
    }

    /// Queues an event and returns at once. Without PostHog the development log shows it instead.
    pub fn capture(&self, mut event: Event) {
        event
            .set_timestamp(Utc::now())
            .expect("now is not in the future");
        if self.development {
            self.log(event.event_name(), event.distinct_id());
        }
        if let Some(inner) = &self.inner {
            inner.delivery.push(Item::Event(event));
        }
    }

    /// Captures an error that arose outside of a request, on nobody's behalf. In a handler there is
    /// [`super::PostHog::capture_error`].
    pub fn capture_error<E: Error>(&self, error: &E) {
        let cause = Arc::new(Cause::of(error));
        self.capture_exception(Exception::new(cause, Level::Error, true));
    }

    pub fn capture_exception(&self, exception: Exception) {
        if self.development {
            self.log("$exception", exception.distinct_id().unwrap_or("nobody"));
        }
        if let Some(inner) = &self.inner {
            inner.delivery.push(Item::Exception(Box::new(exception)));
        }
    }

    pub fn downgrade(&self) -> WeakClient {
        WeakClient {
            inner: self.inner.as_ref().map(Arc::downgrade),
            development: self.development,
            capture_exceptions: self.capture_exceptions,
        }
    }

    pub(super) fn evaluator(&self) -> Option<&Evaluator> {
        self.inner.as_ref().map(|inner| &inner.evaluator)
    }

    pub fn counts(&self) -> Counts {
        self.inner
            .as_ref()
            .map_or_else(Counts::default, |inner| inner.delivery.counts())
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
        tracing::info!(target: "app::posthog", event, person, posthog, "captured");
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
            development: self.development,
            capture_exceptions: self.capture_exceptions,
        })
    }
}

fn why_off(settings: &PostHogSettings) -> &'static str {
    if settings.disabled {
        "PostHog is off: POSTHOG_DISABLED is set"
    } else {
        "PostHog is off: set POSTHOG_API_KEY to send events; until then the development log shows them"
    }
}
