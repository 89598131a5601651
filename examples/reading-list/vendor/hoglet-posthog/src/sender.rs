//! Sends one batch, until PostHog accepts it or refuses it for good.
//!
//! A batch is retried for `POSTHOG_RETRY_SECONDS`, during an outage and while a setting is wrong (the token,
//! the host) until the operator corrects it. If PostHog cannot accept one event, it refuses the whole batch
//! (400, 413). The batch is then halved until that event is alone, and only that event is lost.

use std::time::Duration;

use posthog_rs::Event;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::assembler::Assembler;
use crate::event::BeforeSend;
use crate::item::Item;
use crate::ledger::Entry;
use crate::outage::OutageLog;
use crate::pace::{Backoff, Pace};
use crate::release_properties::ReleaseProperties;
use crate::settings::{Environment, Settings};
use crate::transport::{Transport, written};
use hoglet_errors::caught::caught_now;

/// The time limit of an attempt.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The time limit of a batch's last attempt, if less than this is left.
const LAST_ATTEMPT: Duration = Duration::from_secs(1);
/// A batch that takes longer than this is logged.
const SLOW_SEND: Duration = Duration::from_secs(15);

/// A queued item, with the entry that counts it.
pub type Queued = (Item, Entry);

pub struct Sender {
    assembler: Assembler,
    before_send: BeforeSend,
    transport: Transport,
    release_properties: ReleaseProperties,
    /// The folder that the app was compiled in.
    app: &'static str,
    retry: Duration,
    /// Whether a batch waits for the operator to correct a setting.
    ///
    /// False in tests, including PostHog's test harness for SDKs: there such a batch is lost at
    /// once.
    waits_for_the_operator: bool,
    outage_log: OutageLog,
    pace: Pace,
}

/// Why PostHog has not accepted a batch.
enum NotTaken {
    /// PostHog refuses an event in the batch, or the batch's size.
    Unacceptable(String),
    Lost(String),
}

impl Sender {
    pub async fn new(settings: &Settings, before_send: BeforeSend, http: reqwest::Client) -> Self {
        Self {
            assembler: Assembler::new(&settings.project_token).await,
            before_send,
            transport: Transport::new(settings, http),
            release_properties: ReleaseProperties::of(&settings.app),
            app: settings.app.folder,
            retry: settings.retry,
            waits_for_the_operator: settings.app.environment != Environment::Test,
            outage_log: OutageLog::default(),
            pace: Pace::default(),
        }
    }

    /// The app is stopping, so from now on waits are as short as possible.
    pub fn hurry(&self) {
        self.pace.hurry();
    }

    pub async fn send(&self, batch: Vec<Queued>) {
        let mut parts = vec![self.prepared(batch).await];
        while let Some(mut part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            match self.try_for_long(&part).await {
                Ok(()) => part.into_iter().for_each(|(_, entry)| entry.deliver()),
                Err(NotTaken::Unacceptable(_)) if part.len() > 1 => {
                    let second_half = part.split_off(part.len() / 2);
                    parts.extend([second_half, part]);
                }
                Err(NotTaken::Unacceptable(reason)) => {
                    lose(part, &format!("PostHog refused them: {reason}"));
                }
                Err(NotTaken::Lost(reason)) => lose(part, &reason),
            }
        }
    }

    async fn try_for_long(&self, part: &[(String, Entry)]) -> Result<(), NotTaken> {
        let events: Vec<_> = part.iter().map(|(event, _)| event.as_str()).collect();
        let packed = self.transport.pack(&events).await;
        let body = packed.map_err(|error| NotTaken::Lost(error.to_string()))?;
        let (began, mut backoff) = (Instant::now(), Backoff::default());
        loop {
            self.pace.may_go().await;
            let left = self.retry.saturating_sub(began.elapsed());
            let attempt = left.clamp(LAST_ATTEMPT, ATTEMPT);
            let reason = match self.transport.post(body.clone(), attempt).await {
                Answer::Taken => {
                    self.outage_log.over();
                    return Ok(());
                }
                Answer::Unacceptable(reason) => return Err(NotTaken::Unacceptable(reason)),
                Answer::Later { reason, after } => {
                    if let Some(wait) = after {
                        self.pace.wait_for(wait);
                    }
                    if began.elapsed() >= SLOW_SEND {
                        self.outage_log.unreachable(&reason);
                    }
                    reason
                }
                Answer::Misconfigured(reason) if self.waits_for_the_operator => {
                    self.outage_log.misconfigured(&reason);
                    reason
                }
                Answer::Misconfigured(reason) | Answer::Refused(reason) => {
                    return Err(NotTaken::Lost(format!("PostHog refused them: {reason}")));
                }
            };
            let left = self.retry.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Err(NotTaken::Lost(format!(
                    "PostHog took none for too long (POSTHOG_RETRY_SECONDS); the last reason: {reason}"
                )));
            }
            self.pace.back_off(&mut backoff, left).await;
        }
    }

    /// Adds the SDK's properties to the events, and calls the app's before-send hook.
    async fn prepared(&self, batch: Vec<Queued>) -> Vec<(String, Entry)> {
        let (events, entries): (Vec<_>, Vec<_>) = self.resolved(batch).await.into_iter().unzip();
        let events = self.assembler.assemble(events).await;
        let mut prepared = Vec::with_capacity(events.len());
        for (event, entry) in events.into_iter().zip(entries) {
            match caught_now(|| (self.before_send)(event)) {
                Ok(Some(event)) => prepared.push((written(&event), entry)),
                Ok(None) => entry.leave_out(),
                // The hook may have panicked before it removed a secret.
                Err(panic) => entry.lose(&format!("the before-send hook panicked: {panic}")),
            }
        }
        prepared
    }

    async fn resolved(&self, batch: Vec<Queued>) -> Vec<(Event, Entry)> {
        let mut resolved = Vec::with_capacity(batch.len());
        for (item, entry) in batch {
            match item.resolve(self.app).await {
                Ok(mut event) => {
                    self.release_properties.apply(&mut event);
                    resolved.push((event, entry));
                }
                Err(error) => entry.lose(&format!("a stack trace could not be resolved: {error}")),
            }
        }
        resolved
    }
}

fn lose(events: Vec<(String, Entry)>, reason: &str) {
    for (_, entry) in events {
        entry.lose(reason);
    }
}
