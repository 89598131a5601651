//! A kind of job and a queue, as an app's table describes them.

use std::time::Duration;

/// What a kind of job says about its attempts.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Its name.
    pub name: &'static str,
    /// The queue that it waits in.
    pub queue: &'static str,
    /// How often it is tried.
    pub attempts: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How long to wait after an attempt has failed.
    pub backoff: fn(u32) -> Duration,
}

/// A queue of an app's.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name.
    pub name: &'static str,
    /// How many of its jobs run at once in a process; without a bound as many as there are places.
    pub at_once: Option<usize>,
    /// The kinds that wait in it.
    pub kinds: Vec<&'static str>,
}
