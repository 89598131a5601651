//! Evaluates the flags of a person, in this process or at PostHog.
//!
//! Flags are evaluated once per request, and only if a handler reads one. With `POSTHOG_SECRET_KEY` this
//! process keeps the flags' definitions, and asks PostHog only for flags that it cannot evaluate by itself.
//! It waits for PostHog only for a bounded time (`POSTHOG_FLAGS_TIMEOUT_MILLISECONDS`). After a few failures
//! in a row, it does not ask for a while. Flags that were evaluated in this process keep their values in any
//! case.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use posthog_rs::{EvaluateFlagsOptions, FeatureFlagEvaluations, PostHogError, RequestContext};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::breaker::Breaker;
use crate::delivery::Delivery;
use crate::flag::{Declared, Flags};
use crate::groups::Groups;
use crate::item::Item;
use crate::outgoing;
use crate::property::{GEOIP_DISABLE, PROCESS_PERSON_PROFILE, has_property, property};
use crate::settings::Settings;
use crate::unknown_flags::UnknownFlags;

/// A property that tells the hook in [`options`] that this event creates no person.
///
/// [`Evaluator::evaluate`] sets it, and the hook removes it.
const PERSONLESS: &str = "personless";

/// A property that tells that hook that PostHog may look up the location of `$ip`.
const LOCATED: &str = "located";

/// How long to wait before the only retry after a temporary failure: a broken connection, 502, 504.
/// Source: "Feature flag evaluation retry policy" in PostHog's specification `http-client`.
const RETRY_AFTER: Duration = Duration::from_millis(300);

/// How often the definitions are fetched.
///
/// [`UnknownFlags`] forgets after the same time: if an unknown flag was created meanwhile, the definitions
/// have it by then.
const DEFINITIONS_INTERVAL: Duration = Duration::from_secs(30);

tokio::task_local! {
    /// Why PostHog has not answered. If the SDK has evaluated some of the flags by itself, it returns no
    /// error, but calls its error hook, in the same task.
    static FAILURE: RefCell<Option<String>>;
}

/// The person and groups whose flags are evaluated.
pub struct Evaluation<'a> {
    pub context: RequestContext,
    pub is_user: bool,
    pub person_properties: Map<String, Value>,
    pub groups: &'a Groups,
}

/// Evaluates flags with the definitions in this process, and at PostHog.
pub struct Evaluator {
    client: Arc<OnceCell<posthog_rs::Client>>,
    timeout: Duration,
    /// All flags of the app. All are evaluated at once.
    flags: &'static [Declared],
    /// Whether this process keeps the definitions.
    has_definitions: bool,
    unknown: UnknownFlags,
    breaker: Breaker,
    /// PostHog's address.
    host: String,
}

impl Evaluator {
    pub fn start(
        settings: &Settings,
        flags: &'static [Declared],
        http: reqwest::Client,
        delivery: Delivery,
    ) -> Self {
        let client = Arc::new(OnceCell::new());
        let options = options(settings, http, delivery);
        let starting = client.clone();
        // With local evaluation the SDK waits for its first definitions, without a time limit. Until then all
        // flags have their defaults.
        tokio::spawn(async move {
            starting.get_or_init(|| posthog_rs::client(options)).await;
        });
        Self {
            client,
            timeout: settings.flags_timeout,
            flags,
            has_definitions: settings.secret_key.is_some(),
            unknown: UnknownFlags::for_at_most(DEFINITIONS_INTERVAL),
            breaker: Breaker::default(),
            host: settings.base_url().to_owned(),
        }
    }

    pub async fn evaluate(&self, of: Evaluation<'_>) -> Flags {
        let Some(client) = self.client.get() else {
            return Flags::default();
        };
        let mut context = of.context;
        if !of.is_user {
            context = property(context, PERSONLESS, true);
        }
        if !has_property(&context, GEOIP_DISABLE) {
            context = property(context, LOCATED, true);
        }
        let options = EvaluateFlagsOptions {
            flag_keys: Some(self.keys().map(str::to_owned).collect()),
            person_properties: Some(of.person_properties.into_iter().collect()),
            groups: Some(of.groups.keys()),
            group_properties: Some(of.groups.properties()),
            // PostHog would take this server's location for the person's. It knows the person's from their
            // events.
            disable_geoip: Some(true),
            ..EvaluateFlagsOptions::default()
        };
        let mut evaluated = self.evaluate_here(client, &context, &options).await;
        if self.leaves_some_open(evaluated.as_ref())
            && let Some(answer) = self.ask(client, &context, options).await
        {
            self.remember_unknown(&answer);
            evaluated = Some(answer);
        }
        evaluated
            .map(|evaluated| Flags::new(evaluated, self.flags))
            .unwrap_or_default()
    }

    fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.flags.iter().map(|flag| flag.key)
    }

    /// Evaluates the flags that the definitions suffice for, without a request.
    async fn evaluate_here(
        &self,
        client: &posthog_rs::Client,
        context: &RequestContext,
        options: &EvaluateFlagsOptions,
    ) -> Option<FeatureFlagEvaluations> {
        if !self.has_definitions {
            return None;
        }
        let options = EvaluateFlagsOptions {
            only_evaluate_locally: true,
            ..options.clone()
        };
        let evaluating = client.evaluate_flags_with_context(context, options);
        evaluating.await.ok()
    }

    /// Whether PostHog may know flags that were not evaluated in this process.
    fn leaves_some_open(&self, evaluated: Option<&FeatureFlagEvaluations>) -> bool {
        let known = evaluated
            .map(FeatureFlagEvaluations::keys)
            .unwrap_or_default();
        let now = Instant::now();
        self.keys()
            .filter(|key| !known.iter().any(|known| known == key))
            .any(|key| !self.unknown.contains(key, now))
    }

    /// Asks PostHog for all flags; none if it does not answer.
    ///
    /// Flags that the definitions suffice for keep their values.
    async fn ask(
        &self,
        client: &posthog_rs::Client,
        context: &RequestContext,
        options: EvaluateFlagsOptions,
    ) -> Option<FeatureFlagEvaluations> {
        if !self.breaker.allows(Instant::now()) {
            return None;
        }
        let asking = FAILURE.scope(RefCell::default(), async {
            let answer = client.evaluate_flags_with_context(context, options).await;
            let answer = answer.map_err(|error| error.to_string())?;
            FAILURE.with(RefCell::take).map_or(Ok(answer), Err)
        });
        let answer = tokio::time::timeout(self.timeout, asking).await;
        match answer.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
            Ok(answer) => {
                self.breaker.succeeded();
                Some(answer)
            }
            Err(reason) => {
                self.failed(&reason);
                None
            }
        }
    }

    /// Remembers the flags that PostHog does not know.
    ///
    /// So no request is sent for them alone. Without definitions this is of no use, because PostHog is asked
    /// for the other flags anyway.
    fn remember_unknown(&self, answer: &FeatureFlagEvaluations) {
        if self.has_definitions && is_whole(answer) {
            let known = answer.keys();
            let unknown = self
                .keys()
                .filter(|key| !known.iter().any(|known| known == key));
            self.unknown.remember(unknown, Instant::now());
        }
    }

    fn failed(&self, reason: &str) {
        let by_way_of = outgoing::by_way_of(&self.host);
        self.breaker
            .failed(&format!("{reason}{by_way_of}"), Instant::now());
    }

    /// Moves the `$feature_flag_called` events in the SDK's queue to ours.
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
    settings: &Settings,
    http: reqwest::Client,
    delivery: Delivery,
) -> posthog_rs::ClientOptions {
    let mut options = posthog_rs::ClientOptionsBuilder::default();
    options
        .api_key(settings.project_token.clone())
        .host(settings.base_url())
        .http_client(http)
        .poll_interval_seconds(DEFINITIONS_INTERVAL.as_secs())
        .feature_flags_request_timeout_seconds(attempt_seconds(settings.flags_timeout))
        .feature_flags_request_max_retries(u32::from(settings.flags_timeout > RETRY_AFTER))
        .retry_initial_backoff_ms(RETRY_AFTER.as_millis() as u64)
        .on_error(|error| {
            if let PostHogError::FeatureFlags(failure) = error {
                let reason = failure.error().to_string();
                // Outside of `Evaluator::ask` the reason is not needed.
                let _ = FAILURE.try_with(|last| last.replace(Some(reason)));
            }
        })
        // The SDK captures `$feature_flag_called` through its own queue. This hook moves each event to ours,
        // where it is counted and delivered like all other events.
        .flush_at(1)
        .max_queue_size(settings.queue_size)
        .before_send(move |mut event| {
            // If the request has a group, the SDK would create a person for a visitor.
            if event.remove_prop(PERSONLESS).is_some() {
                event
                    .insert_prop(PROCESS_PERSON_PROFILE, false)
                    .expect("a boolean serializes");
            }
            // The SDK copies `$geoip_disable` from the request for flags to the event.
            if event.remove_prop(LOCATED).is_some() {
                event.remove_prop(GEOIP_DISABLE);
            }
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

/// The time limit of one attempt, so that a second one fits into `timeout`.
///
/// The SDK takes whole seconds. So if `timeout` is below 2.3 s, an attempt that hangs uses all of it and is
/// not repeated.
fn attempt_seconds(timeout: Duration) -> u64 {
    (timeout.saturating_sub(RETRY_AFTER) / 2).as_secs().max(1)
}

/// Whether PostHog has evaluated all flags that it knows.
///
/// It leaves out flags if it could not compute them, or if a quota is used up. The SDK shows this only in the
/// debug format. If it is not found there, the answer counts as incomplete.
fn is_whole(answer: &FeatureFlagEvaluations) -> bool {
    format!("{answer:?}").ends_with("errors_while_computing: false, quota_limited: false, .. }")
}
