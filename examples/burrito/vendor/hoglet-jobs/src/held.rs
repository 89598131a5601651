//! [`Held`]: a job that runs in this process.

use tokio::sync::watch;
use tokio::time::Instant;

use crate::lease::Claim;

/// A job that runs in this process.
pub struct Held {
    pub claim: Claim,
    /// The queue, by its place in the registry.
    pub queue: usize,
    /// The end of its lease for this process: the job is stopped then.
    pub until: watch::Sender<Instant>,
    /// Whether it was cancelled while it ran.
    pub cancelled: bool,
}
