//! Delivery: from `capture` to PostHog, with everything counted.
//!
//! `posthog-rs`'s own queue gives up on a batch after about a second of outage, and tells neither
//! what a full queue dropped nor what was delivered. So events wait in a bounded queue of ours, and
//! a worker hands them in batches to `sender`. The bound is a setting: `POSTHOG_QUEUE_SIZE` events
//! wait at most, and `EVENT_BYTES` for each of them, so that many large events take no more memory
//! than as many ordinary ones. What is lost after all is counted by `ledger`.

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

/// Memory for each event of `POSTHOG_QUEUE_SIZE`: twice what an ordinary one takes.
const EVENT_BYTES: usize = 2 * 1024;
/// Events in one request to PostHog.
const BATCH_SIZE: usize = 500;
/// Bytes in one request: PostHog takes 20 MB, a proxy before it perhaps less.
const BATCH_BYTES: usize = 1_000_000;
/// How long the first event of a batch waits for others.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);
/// Batches under way at once.
const SENDS_AT_ONCE: usize = 4;
/// Losses less than this apart are counted in one line of the log.
const LOSS_LOG_INTERVAL: Duration = Duration::from_secs(10);

const QUEUE_FULL: &str = "the queue is full (POSTHOG_QUEUE_SIZE)";

/// Tells the worker its deadline, and waits for its end.
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
            // The largest event has a place in the smallest queue.
            queue_bytes: queue_size.saturating_mul(EVENT_BYTES).max(MAX_EVENT_BYTES),
            ledger,
            stop: Arc::new(Mutex::new(Some((stop, working)))),
        }
    }

    /// Queues an item and returns at once. With the queue full the item is lost, and counted.
    pub fn push(&self, item: Item) {
        let entry = self.ledger.enter(item.bytes());
        self.enqueue(item, entry);
    }

    /// The same; what is returned tells when PostHog has taken it.
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
        // Its own bytes included, so that any number of pushes at once keep to the bound.
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

    /// Resolves when all that was captured before is delivered, lost or dropped.
    pub async fn settled(&self) {
        self.ledger.settled().await;
    }

    /// Delivers what is queued, until the deadline. What is left then counts as lost.
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
    /// The next one to be sent. Here, because `Worker::send_all` can be cut short anywhere.
    batch: Vec<Queued>,
    sends: JoinSet<()>,
    sender: Arc<Sender>,
}

impl Worker {
    /// Sends what comes until it is stopped, then what is left until the deadline.
    async fn work(mut self, stopped: oneshot::Receiver<Instant>) {
        let deadline = tokio::select! {
            // Only when no client is left.
            () = self.send_all() => Instant::now(),
            Ok(deadline) = stopped => deadline,
        };
        self.sender.hurry();
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
            // Under load a batch fills by itself; otherwise it waits a moment for more.
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

/// How many of these go into one request: as many as its bytes allow, and one at least.
fn whole_batch(waiting: &[Queued]) -> usize {
    let mut bytes = 0;
    let fits = waiting.iter().take_while(|(_, entry)| {
        bytes += entry.bytes();
        bytes <= BATCH_BYTES
    });
    fits.count().max(1)
}
