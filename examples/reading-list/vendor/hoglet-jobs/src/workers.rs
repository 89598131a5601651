//! [`Workers`]: starts and stops the part of a process that runs jobs.

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
    /// Begins to run jobs, at most `concurrency` at once; none if it is 0.
    ///
    /// A claimed job is held for the time of `lease`, which is extended while the job runs.
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

    /// How many jobs run now.
    pub fn under_way(&self) -> watch::Receiver<usize> {
        self.under_way.clone()
    }

    /// Stops the workers. Waits until the deadline for jobs that run.
    ///
    /// The workers claim no more jobs. Jobs that still run at the deadline are stopped and given back, so
    /// that other processes run them at once. This returns soon after the deadline, even if a job or the
    /// database hangs.
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
