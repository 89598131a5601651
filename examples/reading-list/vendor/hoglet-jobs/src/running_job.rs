//! [`RunningJob`]: a job that runs in this process.

use tokio::sync::watch;
use tokio::time::Instant;

use crate::lease::Claim;

/// A job that runs in this process.
pub struct RunningJob {
    pub claim: Claim,
    /// The index of its queue in the registry.
    pub queue: usize,
    /// When its lease ends for this process, which then stops the job.
    pub until: watch::Sender<Instant>,
    /// Whether it was cancelled while it ran.
    pub cancelled: bool,
}
