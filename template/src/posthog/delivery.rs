//! Delivery: from `capture` to PostHog, with everything counted.
//!
//! `posthog-rs`'s own queue gives up on a batch after about a second of outage, and tells neither
//! what a full queue dropped nor what was delivered. So events wait in a bounded queue of ours, and
//! a worker sends them in batches through the SDK's `capture_batch_immediate`, which retries with
//! backoff and answers for each batch. The bounds are settings: `POSTHOG_QUEUE_SIZE` events wait at
//! most, and a batch is retried for `POSTHOG_RETRY_SECONDS`. What is lost after all is counted by
//! `ledger`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use posthog_rs::{CaptureSummary, Error, Event};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};

use super::errors::{self, Exception};
use super::ledger::{Counts, Entry, Ledger};
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
const LAST_BACKOFF: Duration = Duration::from_secs(5);
/// A send that takes longer than this is worth a line in the log.
const SLOW_SEND: Duration = Duration::from_secs(15);
/// Losses less than this apart are told in one line.
const QUIET: Duration = Duration::from_secs(10);

/// PostHog moves events by the time between a batch's `sent_at` and its arrival, for clients whose
/// clock is wrong. A server's is right, and the SDK writes `sent_at` before the first attempt: after
/// an outage of five minutes the batch would be dated five minutes late.
const IGNORE_SENT_AT: &str = "$ignore_sent_at";

/// What is queued. An exception's stack is resolved by the worker, not by the request it broke.
pub enum Item {
    Event(Event),
    Exception(Box<Exception>),
}

type Queued = (Item, Entry);

/// Tells the worker its deadline, and waits for its end.
type Stop = (oneshot::Sender<Instant>, JoinHandle<()>);

/// The queue's sending end.
#[derive(Clone)]
pub struct Delivery {
    queue: mpsc::Sender<Queued>,
    ledger: Arc<Ledger>,
    stop: Arc<Mutex<Option<Stop>>>,
}

impl Delivery {
    /// Starts the worker.
    pub async fn start(settings: &PostHogSettings, http: reqwest::Client) -> Self {
        let (queue, waiting) = mpsc::channel(settings.queue_size);
        let (stop, stopped) = oneshot::channel();
        let ledger = Arc::new(Ledger::default());
        let worker = Worker {
            queue: waiting,
            batch: Vec::new(),
            sends: JoinSet::new(),
            sender: Arc::new(Sender {
                client: sending_client(settings, http).await,
                retry: settings.retry,
                unreachable: AtomicBool::new(false),
            }),
        };
        let told = ledger.clone();
        let working = tokio::spawn(async move {
            tokio::select! {
                () = worker.work(stopped) => {}
                () = told.tell_losses(QUIET) => {}
            }
            told.end_episode();
        });
        Self {
            queue,
            ledger,
            stop: Arc::new(Mutex::new(Some((stop, working)))),
        }
    }

    /// Queues an item and returns at once. With the queue full the item is lost, and counted.
    pub fn push(&self, item: Item) {
        match self.queue.try_send((item, self.ledger.enter())) {
            Ok(()) => {}
            Err(TrySendError::Full((_, entry))) => {
                entry.lose("the queue is full (POSTHOG_QUEUE_SIZE)");
            }
            Err(TrySendError::Closed((_, entry))) => {
                entry.lose("they were captured after the shutdown");
            }
        }
    }

    pub fn counts(&self) -> Counts {
        self.ledger.counts()
    }

    /// Delivers what is queued, until the deadline. What is left then counts as lost.
    pub async fn shut_down(&self, deadline: Instant) {
        let Some((stop, working)) = self.stop.lock().await.take() else {
            return;
        };
        // Should the worker have panicked, then what it had is counted already.
        let _ = stop.send(deadline);
        let _ = working.await;
    }
}

async fn sending_client(settings: &PostHogSettings, http: reqwest::Client) -> posthog_rs::Client {
    let mut options = posthog_rs::ClientOptionsBuilder::default();
    options
        .api_key(settings.project_token.clone())
        .host(settings.base_url())
        .http_client(http)
        .request_timeout_seconds(ATTEMPT_TIMEOUT_SECONDS)
        // The bound is time, see `Sender::send`.
        .max_capture_attempts(u32::MAX)
        .retry_initial_backoff_ms(FIRST_BACKOFF_MILLISECONDS)
        .retry_max_backoff_ms(LAST_BACKOFF.as_millis() as u64);
    posthog_rs::client(options.build().expect("every required option is set")).await
}

struct Worker {
    queue: mpsc::Receiver<Queued>,
    /// The next one to be sent. Here, because `Worker::send_all` can be cut short anywhere.
    batch: Vec<Queued>,
    sends: JoinSet<()>,
    sender: Arc<Sender>,
}

impl Worker {
    /// Sends what comes until it is stopped, then what is left until the deadline.
    async fn work(mut self, stopped: oneshot::Receiver<Instant>) {
        let deadline = tokio::select! {
            // Only when nobody is left who could capture.
            () = self.send_all() => Instant::now(),
            Ok(deadline) = stopped => deadline,
        };
        self.queue.close();
        let _ = timeout_at(deadline, self.send_all()).await;
        // Here what is still under way is dropped, and so counted as lost: first the sends, once
        // they have really ended, then the queue with what is being pushed at this moment.
        self.sends.shutdown().await;
        while self.queue.recv().await.is_some() {}
    }

    /// Ends when the queue is closed and everything in it is sent.
    async fn send_all(&mut self) {
        loop {
            if self.batch.is_empty() && self.queue.recv_many(&mut self.batch, BATCH_SIZE).await == 0
            {
                break;
            }
            // Under load a batch fills by itself; otherwise it waits a moment for company.
            let company = async {
                while self.batch.len() < BATCH_SIZE {
                    let room = BATCH_SIZE - self.batch.len();
                    if self.queue.recv_many(&mut self.batch, room).await == 0 {
                        break;
                    }
                }
            };
            let _ = timeout(LINGER, company).await;
            while self.sends.len() >= SENDS_AT_ONCE {
                self.sends.join_next().await;
            }
            let batch = std::mem::take(&mut self.batch);
            let sender = self.sender.clone();
            self.sends.spawn(async move { sender.send(batch).await });
        }
        while self.sends.join_next().await.is_some() {}
    }
}

struct Sender {
    client: posthog_rs::Client,
    retry: Duration,
    unreachable: AtomicBool,
}

impl Sender {
    async fn send(&self, batch: Vec<Queued>) {
        let (events, entries) = resolved(batch).await;
        if events.is_empty() {
            return;
        }
        let sending = timeout(self.retry, self.persist(events));
        tokio::pin!(sending);
        let outcome = tokio::select! {
            outcome = &mut sending => outcome,
            () = tokio::time::sleep(SLOW_SEND) => {
                if !self.unreachable.swap(true, Ordering::AcqRel) {
                    tracing::warn!("PostHog does not take events; they wait and are sent again");
                }
                sending.await
            }
        };
        match outcome {
            Ok(Ok(summary)) => {
                if self.unreachable.swap(false, Ordering::AcqRel) {
                    tracing::info!("PostHog answers again");
                }
                let kept = summary.submitted() - summary.not_persisted();
                let mut entries = entries.into_iter();
                entries.by_ref().take(kept).for_each(Entry::deliver);
                lose(entries, "PostHog did not keep them");
            }
            Ok(Err(error)) => lose(entries, &format!("PostHog refused them: {error}")),
            Err(_) => lose(
                entries,
                "PostHog could not be reached for too long (POSTHOG_RETRY_SECONDS)",
            ),
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
}

fn lose(entries: impl IntoIterator<Item = Entry>, reason: &str) {
    for entry in entries {
        entry.lose(reason);
    }
}

/// Looking up the names in a stack reads debug information: work for the blocking pool.
async fn resolved(batch: Vec<Queued>) -> (Vec<Event>, Vec<Entry>) {
    let mut events = Vec::with_capacity(batch.len());
    let mut entries = Vec::with_capacity(batch.len());
    for (item, entry) in batch {
        let event = match item {
            Item::Event(event) => Ok(event),
            Item::Exception(exception) => {
                tokio::task::spawn_blocking(move || errors::resolve(*exception)).await
            }
        };
        match event {
            Ok(mut event) => {
                event
                    .insert_prop(IGNORE_SENT_AT, true)
                    .expect("a JSON value serializes");
                events.push(event);
                entries.push(entry);
            }
            Err(error) => entry.lose(&format!("a stack trace could not be resolved: {error}")),
        }
    }
    (events, entries)
}
