//! Delivery: from `capture` to PostHog, with everything counted.
//!
//! `posthog-rs`'s own queue gives up on a batch after about a second of outage, and tells neither
//! what a full queue dropped nor what was delivered. So events wait in a bounded queue of ours, and
//! a worker sends them in batches through the SDK's `capture_batch_immediate`, which retries with
//! backoff and answers for each batch. The bounds are settings: `POSTHOG_QUEUE_SIZE` events wait at
//! most, and a batch is retried for `POSTHOG_RETRY_SECONDS`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use posthog_rs::{CaptureSummary, Event};
use serde::Serialize;
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::errors::{self, Exception};
use crate::settings::PostHogSettings;

/// Events in one request to PostHog.
const BATCH_SIZE: usize = 500;
/// How long the first event of a batch waits for others.
const LINGER: Duration = Duration::from_millis(100);
/// Batches under way at once.
const SENDS_AT_ONCE: usize = 4;
/// One attempt at PostHog, before the SDK's next one.
const ATTEMPT_TIMEOUT_SECONDS: u64 = 10;
const FIRST_BACKOFF_MILLISECONDS: u64 = 200;
/// Short enough that an attempt falls into the shutdown bound.
const LAST_BACKOFF_MILLISECONDS: u64 = 5_000;
/// A send that takes longer than this is worth a line in the log.
const SLOW_SEND: Duration = Duration::from_secs(15);

/// What is queued. An exception's stack is resolved by the worker, not by the request it broke.
pub enum Item {
    Event(Event),
    Exception(Box<Exception>),
}

/// The numbers in `/readyz`: `captured` is the sum of the other three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub captured: u64,
    pub delivered: u64,
    pub waiting: u64,
    pub lost: u64,
}

#[derive(Default)]
struct Counters {
    captured: AtomicU64,
    delivered: AtomicU64,
    lost: AtomicU64,
    /// Lost since the last delivery that worked: one episode, one line in the log.
    lost_in_episode: AtomicU64,
    unreachable: AtomicBool,
}

/// The queue's sending end.
#[derive(Clone)]
pub struct Delivery {
    queue: mpsc::Sender<Item>,
    counters: Arc<Counters>,
    worker: Arc<Mutex<Option<JoinHandle<()>>>>,
    close: mpsc::Sender<()>,
}

impl Delivery {
    /// Starts the worker.
    pub async fn start(settings: &PostHogSettings, http: reqwest::Client) -> Self {
        let (queue, waiting) = mpsc::channel(settings.queue_size);
        let (close, closing) = mpsc::channel(1);
        let counters = Arc::new(Counters::default());
        let sender = Arc::new(Sender {
            client: sending_client(settings, http).await,
            counters: counters.clone(),
            retry: settings.retry,
        });
        let worker = tokio::spawn(work(waiting, closing, sender));
        Self {
            queue,
            counters,
            worker: Arc::new(Mutex::new(Some(worker))),
            close,
        }
    }

    /// Queues an item and returns at once. With the queue full the item is lost, and counted.
    pub fn push(&self, item: Item) {
        self.counters.captured.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(item).is_err() {
            self.counters
                .lose(1, "the queue is full (POSTHOG_QUEUE_SIZE)");
        }
    }

    pub fn counts(&self) -> Counts {
        // In this order the difference is never negative.
        let lost = self.counters.lost.load(Ordering::Acquire);
        let delivered = self.counters.delivered.load(Ordering::Acquire);
        let captured = self.counters.captured.load(Ordering::Acquire);
        Counts {
            captured,
            delivered,
            waiting: captured.saturating_sub(delivered + lost),
            lost,
        }
    }

    /// Delivers what is queued, until the deadline. What is left then counts as lost.
    pub async fn shut_down(&self, deadline: Instant) {
        let Some(mut worker) = self.worker.lock().await.take() else {
            return;
        };
        // The worker may have closed the channel itself, by ending.
        let _ = self.close.try_send(());
        let reason = match tokio::time::timeout_at(deadline, &mut worker).await {
            Ok(Ok(())) => "they were captured after the shutdown",
            Ok(Err(_)) => "the worker panicked",
            Err(_) => "the shutdown bound was reached (SHUTDOWN_TIMEOUT_SECONDS)",
        };
        worker.abort();
        self.counters.lose(self.counts().waiting, reason);
        self.counters.close_episode();
    }
}

impl Counters {
    fn lose(&self, events: u64, reason: &str) {
        if events == 0 {
            return;
        }
        self.lost.fetch_add(events, Ordering::AcqRel);
        if self.lost_in_episode.fetch_add(events, Ordering::AcqRel) == 0 {
            tracing::error!(reason, "events for PostHog are being lost");
        }
    }

    fn deliver(&self, events: u64) {
        self.delivered.fetch_add(events, Ordering::AcqRel);
        if self.unreachable.swap(false, Ordering::AcqRel) {
            tracing::info!("PostHog answers again");
        }
        self.close_episode();
    }

    fn close_episode(&self) {
        let lost = self.lost_in_episode.swap(0, Ordering::AcqRel);
        if lost > 0 {
            tracing::error!(lost, "events for PostHog were lost");
        }
    }
}

async fn sending_client(settings: &PostHogSettings, http: reqwest::Client) -> posthog_rs::Client {
    let mut options = posthog_rs::ClientOptionsBuilder::default();
    options
        .api_key(settings.api_key.clone())
        .host(settings.base_url())
        .http_client(http)
        .request_timeout_seconds(ATTEMPT_TIMEOUT_SECONDS)
        // The bound is time, see `Sender::send`.
        .max_capture_attempts(u32::MAX)
        .retry_initial_backoff_ms(FIRST_BACKOFF_MILLISECONDS)
        .retry_max_backoff_ms(LAST_BACKOFF_MILLISECONDS);
    posthog_rs::client(options.build().expect("every required option is set")).await
}

async fn work(
    mut waiting: mpsc::Receiver<Item>,
    mut closing: mpsc::Receiver<()>,
    sender: Arc<Sender>,
) {
    let mut sends = JoinSet::new();
    let mut batch = Vec::new();
    let mut open = true;
    loop {
        if batch.is_empty() {
            let received = tokio::select! {
                received = waiting.recv_many(&mut batch, BATCH_SIZE) => received,
                _ = closing.recv(), if open => {
                    open = false;
                    waiting.close();
                    continue;
                }
            };
            if received == 0 {
                break;
            }
        }
        // Under load a batch fills by itself; otherwise it waits a moment for company.
        if open && batch.len() < BATCH_SIZE {
            let linger = tokio::time::sleep(LINGER);
            tokio::pin!(linger);
            while batch.len() < BATCH_SIZE {
                let room = BATCH_SIZE - batch.len();
                tokio::select! {
                    received = waiting.recv_many(&mut batch, room) => if received == 0 { break },
                    () = &mut linger => break,
                    _ = closing.recv(), if open => {
                        open = false;
                        waiting.close();
                        break;
                    }
                }
            }
        }
        while sends.len() >= SENDS_AT_ONCE {
            sends.join_next().await;
        }
        let batch = std::mem::take(&mut batch);
        let sender = sender.clone();
        sends.spawn(async move { sender.send(batch).await });
    }
    while sends.join_next().await.is_some() {}
}

struct Sender {
    client: posthog_rs::Client,
    counters: Arc<Counters>,
    retry: Duration,
}

impl Sender {
    async fn send(&self, batch: Vec<Item>) {
        let count = batch.len() as u64;
        let events = events_of(batch).await;
        let sending = tokio::time::timeout(
            self.retry,
            self.client.capture_batch_immediate(events, false),
        );
        tokio::pin!(sending);
        let outcome = tokio::select! {
            outcome = &mut sending => outcome,
            () = tokio::time::sleep(SLOW_SEND) => {
                if !self.counters.unreachable.swap(true, Ordering::AcqRel) {
                    tracing::warn!("PostHog does not take events; they wait and are sent again");
                }
                sending.await
            }
        };
        self.count(count, outcome);
    }

    fn count(
        &self,
        count: u64,
        outcome: Result<Result<CaptureSummary, posthog_rs::Error>, tokio::time::error::Elapsed>,
    ) {
        match outcome {
            Ok(Ok(summary)) => {
                let delivered = (summary.submitted() - summary.not_persisted()) as u64;
                self.counters.deliver(delivered);
                self.counters
                    .lose(count - delivered, "PostHog did not keep them");
            }
            Ok(Err(error)) => self
                .counters
                .lose(count, &format!("PostHog refused them: {error}")),
            Err(_) => self.counters.lose(
                count,
                "PostHog could not be reached for too long (POSTHOG_RETRY_SECONDS)",
            ),
        }
    }
}

/// Looking up the names in a stack reads debug information: work for the blocking pool.
async fn events_of(batch: Vec<Item>) -> Vec<Event> {
    let mut events = Vec::with_capacity(batch.len());
    for item in batch {
        match item {
            Item::Event(event) => events.push(event),
            Item::Exception(exception) => {
                let resolved =
                    tokio::task::spawn_blocking(move || errors::resolve(*exception)).await;
                match resolved {
                    Ok(event) => events.push(event),
                    Err(error) => tracing::error!(%error, "a stack trace could not be resolved"),
                }
            }
        }
    }
    events
}
