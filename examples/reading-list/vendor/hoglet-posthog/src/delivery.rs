//! Delivers captured events to PostHog, and counts them.
//!
//! `posthog-rs`'s own queue gives up on a batch after about a second of outage. It reports neither which
//! events a full queue has dropped nor which were delivered. So events wait in a queue of ours, and a worker
//! passes them in batches to `sender`.
//!
//! The queue has a bound: at most `POSTHOG_QUEUE_SIZE` events, with `EVENT_BYTES` on average. So many large
//! events take no more memory than as many ordinary ones. `ledger` counts the events that are lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};

use crate::event::BeforeSend;
use crate::item::{Item, MAX_EVENT_BYTES};
use crate::ledger::{Counts, Delivered, Entry, Ledger};
use crate::sender::{Queued, Sender};
use crate::settings::Settings;

/// Memory for each event of `POSTHOG_QUEUE_SIZE`: twice the size of an ordinary event.
const EVENT_BYTES: usize = 2 * 1024;
/// How many events a request to PostHog has at most.
const BATCH_SIZE: usize = 500;
/// How many bytes a request has at most. PostHog accepts 20 MB, a proxy perhaps less.
const BATCH_BYTES: usize = 1_000_000;
/// How long the first event of a batch waits for others.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);
/// How many batches are sent at once.
const SENDS_AT_ONCE: usize = 4;
/// Losses that are less than this apart share a line in the log.
const LOSS_LOG_INTERVAL: Duration = Duration::from_secs(10);

const QUEUE_FULL: &str = "the queue is full (POSTHOG_QUEUE_SIZE)";

/// Sends the worker its deadline, and waits for its end.
type Stop = (oneshot::Sender<Instant>, JoinHandle<()>);

/// The queue's sending end.
#[derive(Clone)]
pub struct Delivery {
    queue: mpsc::Sender<Queued>,
    queue_bytes: usize,
    ledger: Arc<Ledger>,
    stop: Arc<Mutex<Option<Stop>>>,
}

impl Delivery {
    /// Starts the worker.
    pub async fn start(
        settings: &Settings,
        before_send: BeforeSend,
        http: reqwest::Client,
    ) -> Self {
        let queue_size = settings.queue_size;
        let (queue, waiting) = mpsc::channel(queue_size);
        let (stop, stopped) = oneshot::channel();
        let ledger = Arc::new(Ledger::default());
        let worker = Worker {
            queue: waiting,
            batch: Vec::new(),
            sends: JoinSet::new(),
            sender: Arc::new(Sender::new(settings, before_send, http).await),
        };
        let losses = ledger.clone();
        let working = tokio::spawn(async move {
            tokio::select! {
                () = worker.work(stopped) => {}
                () = losses.log_losses(LOSS_LOG_INTERVAL) => {}
            }
            losses.log_unlogged();
        });
        Self {
            queue,
            // Even the smallest queue has room for the largest event.
            queue_bytes: queue_size.saturating_mul(EVENT_BYTES).max(MAX_EVENT_BYTES),
            ledger,
            stop: Arc::new(Mutex::new(Some((stop, working)))),
        }
    }

    /// Queues an item and returns at once. If the queue is full, the item counts as lost.
    pub fn push(&self, item: Item) {
        let entry = self.ledger.enter(item.bytes());
        self.enqueue(item, entry);
    }

    /// Like [`Delivery::push`]. The result resolves when PostHog has accepted the item.
    pub fn push_and_tell(&self, item: Item) -> Delivered {
        let mut entry = self.ledger.enter(item.bytes());
        let delivered = entry.delivered();
        self.enqueue(item, entry);
        delivered
    }

    fn enqueue(&self, item: Item, entry: Entry) {
        if entry.bytes() > MAX_EVENT_BYTES {
            entry.lose("an event is larger than the megabyte that PostHog takes");
            return;
        }
        // These bytes include the item's own, so the bound holds even if many items are pushed at once.
        if self.ledger.waiting_bytes() > self.queue_bytes {
            entry.lose(QUEUE_FULL);
            return;
        }
        match self.queue.try_send((item, entry)) {
            Ok(()) => {}
            Err(TrySendError::Full((_, entry))) => entry.lose(QUEUE_FULL),
            Err(TrySendError::Closed((_, entry))) => {
                entry.lose("they were captured after the shutdown");
            }
        }
    }

    pub fn counts(&self) -> Counts {
        self.ledger.counts()
    }

    /// Waits until everything captured before is delivered, lost or dropped.
    pub async fn settled(&self) {
        self.ledger.settled().await;
    }

    /// Delivers the queued events, until the deadline. Events that are left then count as lost.
    pub async fn shut_down(&self, deadline: Instant) {
        let Some((stop, working)) = self.stop.lock().await.take() else {
            return;
        };
        // If the worker has panicked, its events are counted as lost already.
        let _ = stop.send(deadline);
        let _ = working.await;
    }
}

struct Worker {
    queue: mpsc::Receiver<Queued>,
    /// The next batch. It is a field because `Worker::send_all` can be cancelled at any `await`.
    batch: Vec<Queued>,
    sends: JoinSet<()>,
    sender: Arc<Sender>,
}

impl Worker {
    /// Sends events until it is stopped, then the remaining ones until the deadline.
    async fn work(mut self, stopped: oneshot::Receiver<Instant>) {
        let deadline = tokio::select! {
            // This ends only when no client is left.
            () = self.send_all() => Instant::now(),
            Ok(deadline) = stopped => deadline,
        };
        self.sender.hurry();
        self.queue.close();
        let _ = timeout_at(deadline, self.send_all()).await;
        // Dropping the remaining events counts them as lost. First wait for the end of the cancelled sends,
        // then empty the queue, which may still receive events right now.
        self.sends.shutdown().await;
        while self.queue.recv().await.is_some() {}
    }

    /// Sends events until the queue is closed and empty.
    async fn send_all(&mut self) {
        loop {
            if self.batch.is_empty() && self.queue.recv_many(&mut self.batch, BATCH_SIZE).await == 0
            {
                break;
            }
            // Under load a batch fills at once. Otherwise it waits a moment for more events.
            let filling = async {
                while self.batch.len() < BATCH_SIZE && whole_batch(&self.batch) == self.batch.len()
                {
                    let room = BATCH_SIZE - self.batch.len();
                    if self.queue.recv_many(&mut self.batch, room).await == 0 {
                        break;
                    }
                }
            };
            let _ = timeout(FLUSH_INTERVAL, filling).await;
            while self.sends.len() >= SENDS_AT_ONCE {
                self.sends.join_next().await;
            }
            let rest = self.batch.split_off(whole_batch(&self.batch));
            let batch = std::mem::replace(&mut self.batch, rest);
            let sender = self.sender.clone();
            self.sends.spawn(async move { sender.send(batch).await });
        }
        while self.sends.join_next().await.is_some() {}
    }
}

/// How many of these fit into one request: as many as its bytes allow, and at least one.
fn whole_batch(waiting: &[Queued]) -> usize {
    let mut bytes = 0;
    let fits = waiting.iter().take_while(|(_, entry)| {
        bytes += entry.bytes();
        bytes <= BATCH_BYTES
    });
    fits.count().max(1)
}
