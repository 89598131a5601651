//! A kind of job and a queue, as an app's table describes them.

use std::time::Duration;

/// What a kind of job says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
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
