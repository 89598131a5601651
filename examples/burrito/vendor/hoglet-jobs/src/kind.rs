//! The properties of a kind of job and of a queue, from an app's table.

use std::time::Duration;

/// The name and the limits of a kind of job.
#[derive(Clone, Copy, Debug)]
pub struct JobKind {
    /// Its name.
    pub name: &'static str,
    /// The queue that it waits in.
    pub queue: &'static str,
    /// How often it is tried at most.
    pub attempts: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How long to wait after an attempt has failed.
    pub backoff: fn(u32) -> Duration,
}

/// A queue of an app.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name.
    pub name: &'static str,
    /// How many of its jobs run at once in a process; none means no limit.
    pub at_once: Option<usize>,
    /// The kinds that wait in it.
    pub kinds: Vec<&'static str>,
}
