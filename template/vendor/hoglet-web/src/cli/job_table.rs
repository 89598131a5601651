//! What the commands know of the app's table of jobs.

use crate::jobs::Jobs;
use crate::jobs::table::{Bounds, Queue};

/// What the app's table of jobs says.
pub struct Table {
    /// Each kind of job.
    pub kinds: Vec<Bounds>,
    /// Each queue.
    pub queues: Vec<Queue>,
}

impl Table {
    pub fn of<S: Clone + Send + Sync + 'static>(jobs: &Jobs<S>) -> Self {
        Self {
            kinds: jobs.bounds(),
            queues: jobs.queues(),
        }
    }

    pub fn kind(&self, name: &str) -> Option<&Bounds> {
        self.kinds.iter().find(|kind| kind.name == name)
    }
}
