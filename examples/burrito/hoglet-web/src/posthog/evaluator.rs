//! Evaluates the flags of a person, by asking PostHog or with definitions kept in this process.
//!
//! A person's flags are asked for once a request and only by handlers that read one. The wait is
//! bounded (`POSTHOG_FLAGS_TIMEOUT_MILLISECONDS`); after a few failures in a row nobody waits at all
//! for a while. With `POSTHOG_SECRET_KEY` flags are evaluated in this process.

use std::sync::Arc;
use std::time::Duration;

use posthog_rs::{EvaluateFlagsOptions, RequestContext};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::breaker::Breaker;
use super::delivery::Delivery;
use super::flag::{Declared, Flags};
use super::groups::Groups;
use super::item::Item;
use super::property::{PROCESS_PERSON_PROFILE, property};
use crate::settings::PostHogSettings;

/// On the way from [`Evaluator::evaluate`] to the hook in [`options`]: this is nobody's event.
const PERSONLESS: &str = "personless";

/// Whose flags these are.
pub struct Asked<'a> {
    pub context: RequestContext,
    pub is_user: bool,
    pub person_properties: Map<String, Value>,
    pub groups: &'a Groups,
}

/// Asks PostHog, or the definitions kept in this process.
pub struct Evaluator {
    client: Arc<OnceCell<posthog_rs::Client>>,
    timeout: Duration,
    /// Every flag of the app: what PostHog is asked for.
    flags: &'static [Declared],
    breaker: Breaker,
}

impl Evaluator {
    pub fn start(
        settings: &PostHogSettings,
        flags: &'static [Declared],
        http: reqwest::Client,
        delivery: Delivery,
    ) -> Self {
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
            flags,
            breaker: Breaker::default(),
        }
    }

    pub async fn evaluate(&self, asked: Asked<'_>) -> Flags {
        let Some(client) = self.client.get() else {
            return Flags::default();
        };
        if !self.breaker.allows(Instant::now()) {
            return Flags::default();
        }
        let mut context = asked.context;
        if !asked.is_user {
            context = property(context, PERSONLESS, true);
        }
        let keys = self.flags.iter().map(|flag| flag.key.to_owned());
        let options = EvaluateFlagsOptions {
            flag_keys: Some(keys.collect()),
            person_properties: Some(asked.person_properties.into_iter().collect()),
            groups: Some(asked.groups.keys()),
            group_properties: Some(asked.groups.properties()),
            ..EvaluateFlagsOptions::default()
        };
        let asking = client.evaluate_flags_with_context(&context, options);
        match tokio::time::timeout(self.timeout, asking).await {
            Ok(Ok(flags)) => {
                self.breaker.succeeded();
                Flags::new(flags, self.flags)
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
        .api_key(settings.project_token.clone())
        .host(settings.base_url())
        .http_client(http)
        .feature_flags_request_timeout_seconds(settings.flags_timeout.as_secs() + 1)
        .feature_flags_request_max_retries(0)
        // The SDK captures `$feature_flag_called` through its own queue. This hook moves each event
        // over to ours, where it is counted and delivered like all others.
        .flush_at(1)
        .max_queue_size(settings.queue_size)
        .before_send(move |mut event| {
            // With a group the SDK makes a person of a visitor.
            if event.remove_prop(PERSONLESS).is_some() {
                event
                    .insert_prop(PROCESS_PERSON_PROFILE, false)
                    .expect("a boolean serializes");
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
