//! The ledger counts each captured event once: as delivered, lost or dropped.
//!
//! Each event that waits has an `Entry`. The entry is closed when it is dropped, whatever the reason is:
//! PostHog's answer, a full queue, a task that panics, or a shutdown that ends the task. So the numbers of
//! events and bytes always add up.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Notify, oneshot};

/// The logged reason for an entry that was dropped without an outcome.
const CUT_SHORT: &str = "their delivery was cut short (SHUTDOWN_TIMEOUT_SECONDS, or a panic)";

/// Numbers of events, for health checks such as `/readyz`.
///
/// `captured` is the sum of `delivered`, `waiting`, `lost` and `dropped`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All events since the process began.
    pub captured: u64,
    /// Those that PostHog has accepted.
    pub delivered: u64,
    /// Those that are queued or being sent.
    pub waiting: u64,
    /// Those that will never arrive. The log has the reason.
    pub lost: u64,
    /// Those that the app's before-send hook has dropped.
    pub dropped: u64,
    /// About how many bytes the waiting events take.
    pub waiting_bytes: usize,
}

#[derive(Default)]
pub(crate) struct Ledger {
    captured: AtomicU64,
    delivered: AtomicU64,
    lost: AtomicU64,
    dropped: AtomicU64,
    waiting_bytes: AtomicUsize,
    /// The numbers of all open entries.
    open: Mutex<BTreeSet<u64>>,
    /// Notified whenever an entry closes.
    closed: Notify,
    /// Lost events whose number is not logged yet, see [`Ledger::log_losses`].
    unlogged: AtomicU64,
}

/// An event that waits. If it is dropped without an outcome, the event counts as lost.
pub(crate) struct Entry {
    ledger: Arc<Ledger>,
    number: u64,
    bytes: usize,
    closed: bool,
    waiting: Option<oneshot::Sender<()>>,
}

/// Resolves when PostHog has accepted an event; to an error if the event is lost.
///
/// It also resolves if the app's before-send hook has dropped the event. Then the event must not be sent
/// again.
pub type Delivered = oneshot::Receiver<()>;

/// For an event that is not sent at all: resolves to an error.
pub(crate) fn never_delivered() -> Delivered {
    oneshot::channel().1
}

impl Ledger {
    pub fn enter(self: &Arc<Self>, bytes: usize) -> Entry {
        self.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        let mut open = self.open();
        let number = self.captured.fetch_add(1, Ordering::AcqRel);
        open.insert(number);
        drop(open);
        Entry {
            ledger: self.clone(),
            number,
            bytes,
            closed: false,
            waiting: None,
        }
    }

    /// Waits until all entries that are open now are closed.
    pub async fn settled(&self) {
        let next = self.captured.load(Ordering::Acquire);
        loop {
            let closed = self.closed.notified();
            let oldest = self.open().first().copied();
            if oldest.is_none_or(|oldest| oldest >= next) {
                return;
            }
            closed.await;
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of all open entries.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes.load(Ordering::Acquire)
    }

    pub fn counts(&self) -> Counts {
        // `captured` is read last, so that the difference is never negative.
        let lost = self.lost.load(Ordering::Acquire);
        let dropped = self.dropped.load(Ordering::Acquire);
        let delivered = self.delivered.load(Ordering::Acquire);
        let captured = self.captured.load(Ordering::Acquire);
        Counts {
            captured,
            delivered,
            waiting: captured.saturating_sub(delivered + lost + dropped),
            lost,
            dropped,
            waiting_bytes: self.waiting_bytes(),
        }
    }

    /// Logs how many events were lost, once nothing was lost during `interval`. Never ends.
    ///
    /// Events are often lost many at a time, so the log has only two lines for them: one for the first event,
    /// with the reason, and one for their number.
    pub async fn log_losses(&self, interval: Duration) {
        let mut before = 0;
        loop {
            tokio::time::sleep(interval).await;
            let lost = self.lost.load(Ordering::Acquire);
            if lost == before {
                self.log_unlogged();
            }
            before = lost;
        }
    }

    /// Logs the number of lost events at once.
    pub fn log_unlogged(&self) {
        let lost = self.unlogged.swap(0, Ordering::AcqRel);
        if lost > 0 {
            tracing::error!(lost, "events for PostHog were lost");
        }
    }

    fn lose(&self, reason: &str) {
        self.lost.fetch_add(1, Ordering::AcqRel);
        if self.unlogged.fetch_add(1, Ordering::AcqRel) == 0 {
            tracing::error!(reason, "events for PostHog are being lost");
        }
    }
}

impl Entry {
    /// Resolves when this event is delivered.
    pub fn delivered(&mut self) -> Delivered {
        let (tell, delivered) = oneshot::channel();
        self.waiting = Some(tell);
        delivered
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn deliver(mut self) {
        self.closed = true;
        self.ledger.delivered.fetch_add(1, Ordering::AcqRel);
        self.tell();
    }

    /// Closes the entry as dropped by the app.
    pub fn leave_out(mut self) {
        self.closed = true;
        self.ledger.dropped.fetch_add(1, Ordering::AcqRel);
        self.tell();
    }

    fn tell(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            // The receiver may be gone.
            let _ = waiting.send(());
        }
    }

    pub fn lose(mut self, reason: &str) {
        self.closed = true;
        self.ledger.lose(reason);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.ledger
            .waiting_bytes
            .fetch_sub(self.bytes, Ordering::AcqRel);
        if !self.closed {
            self.ledger.lose(CUT_SHORT);
        }
        self.ledger.open().remove(&self.number);
        self.ledger.closed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::pin::pin;

    use tokio::time::timeout;

    use super::*;

    const INTERVAL: Duration = Duration::from_millis(50);

    /// Collects this thread's log.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        fn lines(&self) -> Vec<String> {
            let log = self.0.lock().expect("nobody panics while writing").clone();
            let log = String::from_utf8(log).expect("the log is text");
            log.lines().map(|line| line.trim().to_owned()).collect()
        }

        fn listen(&self) -> tracing::subscriber::DefaultGuard {
            let log = self.clone();
            let subscriber = tracing_subscriber::fmt()
                .without_time()
                .with_level(false)
                .with_target(false)
                .with_ansi(false)
                .with_writer(move || log.clone())
                .finish();
            tracing::subscriber::set_default(subscriber)
        }
    }

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut log = self.0.lock().expect("nobody panics while writing");
            log.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn an_episode_of_losses_is_two_lines_however_much_is_delivered_meanwhile() {
        let log = Log::default();
        let _listening = log.listen();
        let ledger = Arc::new(Ledger::default());
        let logging = ledger.clone();
        let logging = tokio::spawn(async move { logging.log_losses(INTERVAL).await });
        for _ in 0..10 {
            ledger.enter(10).lose("the queue is full");
            ledger.enter(10).lose("PostHog refused them");
            ledger.enter(10).deliver();
            tokio::time::sleep(INTERVAL / 10).await;
        }
        tokio::time::sleep(INTERVAL * 4).await;
        ledger.enter(10).lose("the queue is full");
        ledger.log_unlogged();
        logging.abort();

        assert_eq!(
            log.lines(),
            [
                "events for PostHog are being lost reason=\"the queue is full\"",
                "events for PostHog were lost lost=20",
                "events for PostHog are being lost reason=\"the queue is full\"",
                "events for PostHog were lost lost=1",
            ]
        );
    }

    #[tokio::test]
    async fn what_was_captured_before_is_settled_however_much_comes_after_it() {
        let ledger = Arc::new(Ledger::default());
        ledger.settled().await;
        let (first, second) = (ledger.enter(10), ledger.enter(10));
        let mut settled = pin!(ledger.settled());
        let pending = timeout(Duration::ZERO, settled.as_mut()).await.is_err();
        assert!(pending);
        let later = ledger.enter(10);
        // Now as many entries are closed as were open before, but not the same ones.
        later.deliver();
        second.deliver();
        ledger.enter(10).deliver();
        let pending = timeout(Duration::ZERO, settled.as_mut()).await.is_err();
        assert!(pending);
        let later = ledger.enter(10);
        first.lose("the queue is full");
        settled.await;
        assert_eq!(ledger.counts().waiting, 1);
        drop(later);
    }

    #[tokio::test]
    async fn an_entry_that_is_dropped_open_is_lost_and_counted_once() {
        let ledger = Arc::new(Ledger::default());
        ledger.enter(10).deliver();
        ledger.enter(10).lose("the queue is full");
        let waiting = ledger.enter(10);
        let counts = ledger.counts();
        assert_eq!((counts.captured, counts.delivered), (3, 1));
        assert_eq!((counts.waiting, counts.lost), (1, 1));
        assert_eq!(counts.waiting_bytes, 10);

        let panicked = tokio::spawn(async move {
            let _waiting = waiting;
            panic!("in the middle of a delivery");
        });
        assert!(panicked.await.is_err());
        let counts = ledger.counts();
        assert_eq!((counts.waiting, counts.lost), (0, 2));
        assert_eq!(counts.waiting_bytes, 0);
    }
}
