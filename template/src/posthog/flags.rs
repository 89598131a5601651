//! Feature flags and experiments, typed, with the defaults that hold when PostHog does not answer.
//!
//! A person's flags are asked for once a request and only by handlers that read one. The wait is
//! bounded (`POSTHOG_FLAGS_TIMEOUT_MILLISECONDS`); after a few failures in a row nobody waits at all
//! for a while. With `POSTHOG_SECRET_KEY` flags are evaluated in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use posthog_rs::{EvaluateFlagsOptions, Event, FeatureFlagEvaluations, FlagValue, RequestContext};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::delivery::{Delivery, Item};
use crate::settings::PostHogSettings;

/// Shows the new dashboard; its payload goes with it.
pub const NEW_DASHBOARD_FEATURE: Flag = Flag {
    key: "new-dashboard-feature",
};

/// Which headline the dashboard has.
pub const DASHBOARD_HEADLINE: Experiment = Experiment {
    key: "dashboard-headline",
    variants: &["control", "friendly", "bold"],
};

/// Every flag the app reads; PostHog is asked for these and no others.
const KEYS: &[&str] = &[NEW_DASHBOARD_FEATURE.key, DASHBOARD_HEADLINE.key];

/// A flag that is on or off; off by default.
#[derive(Debug)]
pub struct Flag {
    pub key: &'static str,
}

/// A flag with variants. Somebody in none of them, or in one we do not know, sees the default.
#[derive(Debug)]
pub struct Experiment {
    pub key: &'static str,
    pub variants: &'static [&'static str],
}

/// One person's flags. The default holds no answers, so every flag reads as its default.
#[derive(Default)]
pub struct Flags(Option<FeatureFlagEvaluations>);

impl Flags {
    /// Whether the flag is on. Reading it sends `$feature_flag_called`, once per person and value.
    pub fn is_enabled(&self, flag: &Flag) -> bool {
        self.0
            .as_ref()
            .is_some_and(|flags| flags.is_enabled(flag.key))
    }

    /// The flag's payload, where it has one. Sends no event.
    pub fn payload(&self, flag: &Flag) -> Option<Value> {
        self.0.as_ref()?.get_flag_payload(flag.key)
    }

    /// The experiment's variant. Reading it is the exposure.
    pub fn variant(&self, experiment: &Experiment) -> Option<&'static str> {
        match self.0.as_ref()?.get_flag(experiment.key)? {
            FlagValue::String(variant) => experiment
                .variants
                .iter()
                .copied()
                .find(|known| *known == variant),
            FlagValue::Boolean(_) => None,
        }
    }

    /// All values by key, as posthog-js's bootstrap wants them. Sends no event.
    pub fn values(&self) -> Map<String, Value> {
        self.0.as_ref().map(values_of).unwrap_or_default()
    }

    /// The values of the flags that were read. Sends no event.
    pub fn read(&self) -> Map<String, Value> {
        let flags = self.0.as_ref();
        flags
            .map(|flags| values_of(&flags.only_accessed()))
            .unwrap_or_default()
    }

    /// All payloads by key, for the same bootstrap.
    pub fn payloads(&self) -> Map<String, Value> {
        let Some(flags) = &self.0 else {
            return Map::new();
        };
        flags
            .keys()
            .into_iter()
            .filter_map(|key| flags.get_flag_payload(&key).map(|payload| (key, payload)))
            .collect()
    }
}

/// The SDK tells values only as properties of an event.
fn values_of(flags: &FeatureFlagEvaluations) -> Map<String, Value> {
    let mut event = Event::new("", "");
    event.with_flags(flags);
    let values = event.properties().iter();
    values
        .filter_map(|(name, value)| {
            Some((name.strip_prefix("$feature/")?.to_owned(), value.clone()))
        })
        .collect()
}

/// Asks PostHog, or the definitions kept in this process.
pub struct Evaluator {
    client: Arc<OnceCell<posthog_rs::Client>>,
    timeout: Duration,
    breaker: Breaker,
}

impl Evaluator {
    pub fn start(settings: &PostHogSettings, http: reqwest::Client, delivery: Delivery) -> Self {
        let client = Arc::new(OnceCell::new());
        let options = options(settings, http, delivery);
        let starting = client.clone();
        // With local evaluation the SDK waits for its first definitions, which may take as long as
        // PostHog likes. Until then the defaults hold.
        tokio::spawn(async move {
            starting.get_or_init(|| posthog_rs::client(options)).await;
        });
        Self {
            client,
            timeout: settings.flags_timeout,
            breaker: Breaker::default(),
        }
    }

    pub async fn evaluate(
        &self,
        context: &RequestContext,
        person_properties: Map<String, Value>,
    ) -> Flags {
        let Some(client) = self.client.get() else {
            return Flags::default();
        };
        if !self.breaker.lets_through(Instant::now()) {
            return Flags::default();
        }
        let options = EvaluateFlagsOptions {
            flag_keys: Some(KEYS.iter().map(|key| (*key).to_owned()).collect()),
            person_properties: Some(person_properties.into_iter().collect::<HashMap<_, _>>()),
            ..EvaluateFlagsOptions::default()
        };
        let asking = client.evaluate_flags_with_context(context, options);
        match tokio::time::timeout(self.timeout, asking).await {
            Ok(Ok(flags)) => {
                self.breaker.succeeded();
                Flags(Some(flags))
            }
            Ok(Err(error)) => {
                self.breaker.failed(&error.to_string(), Instant::now());
                Flags::default()
            }
            Err(_) => {
                self.breaker.failed("no answer in time", Instant::now());
                Flags::default()
            }
        }
    }

    /// Hands over the `$feature_flag_called` events that the SDK still holds.
    pub async fn flush(&self, deadline: Instant) {
        if let Some(client) = self.client.get()
            && tokio::time::timeout_at(deadline, client.flush())
                .await
                .is_err()
        {
            tracing::warn!("the flags' exposure events were not handed over in time");
        }
    }
}

fn options(
    settings: &PostHogSettings,
    http: reqwest::Client,
    delivery: Delivery,
) -> posthog_rs::ClientOptions {
    let mut options = posthog_rs::ClientOptionsBuilder::default();
    options
        .api_key(settings.api_key.clone())
        .host(settings.base_url())
        .http_client(http)
        .feature_flags_request_timeout_seconds(settings.flags_timeout.as_secs() + 1)
        .feature_flags_request_max_retries(0)
        // The SDK captures `$feature_flag_called` through its own queue. This hook moves each event
        // over to ours, where it is counted and delivered like all others.
        .flush_at(1)
        .max_queue_size(settings.queue_size)
        .before_send(move |event| {
            delivery.push(Item::Event(event));
            None
        });
    if let Some(key) = &settings.secret_key {
        options
            .secret_key(key.expose())
            .enable_local_evaluation(true);
    }
    options.build().expect("every required option is set")
}

const FAILURES_BEFORE_OPENING: u32 = 3;
const OPEN_FOR: Duration = Duration::from_secs(15);

/// Stops asking after a few failures in a row, then lets one request through now and again to see.
#[derive(Default)]
struct Breaker(Mutex<BreakerState>);

#[derive(Default)]
struct BreakerState {
    failures: u32,
    closed_again_at: Option<Instant>,
}

impl Breaker {
    fn lets_through(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.closed_again_at {
            Some(at) if now < at => false,
            Some(_) => {
                state.closed_again_at = Some(now + OPEN_FOR);
                true
            }
            None => true,
        }
    }

    fn succeeded(&self) {
        let mut state = self.state();
        if state.closed_again_at.is_some() {
            tracing::info!("PostHog answers for flags again");
        }
        *state = BreakerState::default();
    }

    fn failed(&self, reason: &str, now: Instant) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FAILURES_BEFORE_OPENING {
            if state.closed_again_at.is_none() {
                tracing::warn!(
                    reason,
                    "PostHog does not answer for flags; their defaults hold"
                );
            }
            state.closed_again_at = Some(now + OPEN_FOR);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, BreakerState> {
        self.0
            .lock()
            .expect("nobody panics while holding the breaker")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_three_failures_one_request_now_and_again_tries_until_one_succeeds() {
        let breaker = Breaker::default();
        let mut now = Instant::now();
        for _ in 0..FAILURES_BEFORE_OPENING {
            assert!(breaker.lets_through(now));
            breaker.failed("a test", now);
        }
        assert!(!breaker.lets_through(now));

        now += OPEN_FOR;
        assert!(breaker.lets_through(now));
        assert!(!breaker.lets_through(now), "one is enough to see");
        breaker.failed("a test", now);
        assert!(!breaker.lets_through(now));

        now += OPEN_FOR;
        assert!(breaker.lets_through(now));
        breaker.succeeded();
        assert!(breaker.lets_through(now));
        assert!(breaker.lets_through(now));
    }
}
