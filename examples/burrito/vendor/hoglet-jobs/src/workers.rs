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
    /// Begins to run jobs, at most `concurrency` at once. A claimed job is held for the time of `lease`, which
    /// is extended while the job runs.
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

    /// How many jobs run. It changes until the workers have stopped.
    pub fn under_way(&self) -> watch::Receiver<usize> {
        self.under_way.clone()
    }

    /// Claims no more jobs, waits for the running ones until the deadline, and gives the others back, so that
    /// other processes run them at once. Returns soon after the deadline, whatever jobs and the database do.
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
