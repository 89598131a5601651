//! [`Workers`]: the part of a process that runs jobs, as the rest of the process sees it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::runner::Runner;
use crate::work::{GRACE, Work};

/// The workers of a process.
pub struct Workers {
    stop: watch::Sender<Option<Instant>>,
    working: JoinHandle<()>,
    under_way: watch::Receiver<usize>,
}

impl Workers {
    /// Begins to work on `concurrency` jobs at once, each claimed for the time of a lease at first.
    pub fn start<C: Clone + Send + Sync + 'static>(
        runner: Runner<C>,
        concurrency: usize,
        lease: Duration,
    ) -> Self {
        let (stop, stopped) = watch::channel(None);
        let (count, under_way) = watch::channel(0);
        let work = Work::new(runner, concurrency, lease, count);
        let working = if concurrency == 0 {
            tokio::spawn(async {})
        } else {
            tokio::spawn(work.run(stopped))
        };
        Self {
            stop,
            working,
            under_way,
        }
    }

    /// How many jobs run, also when the workers are being stopped.
    pub fn under_way(&self) -> watch::Receiver<usize> {
        self.under_way.clone()
    }

    /// Claims nothing any more, lets what runs come to its end until the deadline, and gives the rest
    /// back, so that other processes go on with it at once. Returns soon after the deadline, whatever jobs
    /// and the database do.
    pub async fn stop(mut self, deadline: Instant) {
        self.stop.send_replace(Some(deadline));
        match timeout_at(deadline + 2 * GRACE, &mut self.working).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "the workers ended early; their jobs go on when their leases end");
            }
            Err(_) => {
                tracing::warn!(
                    "the workers did not end in time; their jobs go on when their leases end"
                );
                self.working.abort();
            }
        }
    }
}
