//! Sends one batch, until PostHog takes it or refuses it for good.
//!
//! The SDK's `capture_batch_immediate` tries again with backoff and answers for the batch; a batch is
//! tried for `POSTHOG_RETRY_SECONDS`. PostHog refuses a batch as a whole (400, 413) for one event that
//! it cannot take: the batch is then halved until that one stands alone, and it alone is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use posthog_rs::{CaptureSummary, Error, Event};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::item::Item;
use super::ledger::Entry;
use super::minimal;
use super::stamp::Stamp;
use crate::package::Package;
use crate::settings::Settings;

/// One attempt at PostHog, before the SDK's next one.
const ATTEMPT_TIMEOUT_SECONDS: u64 = 10;
const FIRST_BACKOFF_MILLISECONDS: u64 = 200;
/// Short enough that an attempt falls into the shutdown bound.
const LAST_BACKOFF: Duration = Duration::from_secs(5);
/// A send that takes longer than this is worth a line in the log.
const SLOW_SEND: Duration = Duration::from_secs(15);

/// An item on its way, with the entry that counts it.
pub type Queued = (Item, Entry);

pub struct Sender {
    client: posthog_rs::Client,
    stamp: Stamp,
    /// The folder that the app was compiled in.
    app: &'static str,
    retry: Duration,
    unreachable: AtomicBool,
}

impl Sender {
    pub async fn new(package: &Package, settings: &Settings, http: reqwest::Client) -> Self {
        let posthog = &settings.posthog;
        let mut options = posthog_rs::ClientOptionsBuilder::default();
        options
            .api_key(posthog.project_token.clone())
            .host(posthog.base_url())
            .http_client(http)
            .request_timeout_seconds(ATTEMPT_TIMEOUT_SECONDS)
            // The bound is time, see `Sender::try_for_long`.
            .max_capture_attempts(u32::MAX)
            .retry_initial_backoff_ms(FIRST_BACKOFF_MILLISECONDS)
            .retry_max_backoff_ms(LAST_BACKOFF.as_millis() as u64)
            .before_send(|event| Some(minimal::shortened(event)));
        let options = options.build().expect("every required option is set");
        Self {
            client: posthog_rs::client(options).await,
            stamp: Stamp::new(settings.environment, package.release),
            app: package.folder,
            retry: posthog.retry,
            unreachable: AtomicBool::new(false),
        }
    }

    pub async fn send(&self, batch: Vec<Queued>) {
        let mut parts = vec![self.resolved(batch).await];
        while let Some(mut part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            let events = part.iter().map(|(event, _)| event.clone()).collect();
            match self.try_for_long(events).await {
                Ok(Ok(summary)) => {
                    if self.unreachable.swap(false, Ordering::AcqRel) {
                        tracing::info!("PostHog answers again");
                    }
                    let kept = summary.submitted() - summary.not_persisted();
                    let not_kept = part.split_off(kept.min(part.len()));
                    part.into_iter().for_each(|(_, entry)| entry.deliver());
                    lose(not_kept, "PostHog did not keep them");
                }
                Ok(Err(Error::BadRequest(_))) if part.len() > 1 => {
                    let second_half = part.split_off(part.len() / 2);
                    parts.extend([second_half, part]);
                }
                Ok(Err(error)) => lose(part, &format!("PostHog refused them: {error}")),
                Err(_) => lose(
                    part,
                    "PostHog could not be reached for too long (POSTHOG_RETRY_SECONDS)",
                ),
            }
        }
    }

    async fn try_for_long(
        &self,
        events: Vec<Event>,
    ) -> Result<Result<CaptureSummary, Error>, Elapsed> {
        let sending = timeout(self.retry, self.persist(events));
        tokio::pin!(sending);
        tokio::select! {
            outcome = &mut sending => outcome,
            () = tokio::time::sleep(SLOW_SEND) => {
                if !self.unreachable.swap(true, Ordering::AcqRel) {
                    tracing::warn!("PostHog does not take events; they wait and are sent again");
                }
                sending.await
            }
        }
    }

    /// Until PostHog takes the batch, or refuses it for good. The SDK itself tries again after most
    /// troubles, but not after a 429 without `Retry-After`, nor after a 5xx that is a proxy's own.
    async fn persist(&self, events: Vec<Event>) -> Result<CaptureSummary, Error> {
        loop {
            let sending = self.client.capture_batch_immediate(events.clone(), false);
            match sending.await {
                Err(Error::RateLimit | Error::ServerError { .. }) => {
                    tokio::time::sleep(LAST_BACKOFF).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn resolved(&self, batch: Vec<Queued>) -> Vec<(Event, Entry)> {
        let mut resolved = Vec::with_capacity(batch.len());
        for (item, entry) in batch {
            match item.resolve(self.app).await {
                Ok(mut event) => {
                    self.stamp.apply(&mut event);
                    resolved.push((event, entry));
                }
                Err(error) => entry.lose(&format!("a stack trace could not be resolved: {error}")),
            }
        }
        resolved
    }
}

fn lose(events: Vec<(Event, Entry)>, reason: &str) {
    for (_, entry) in events {
        entry.lose(reason);
    }
}
