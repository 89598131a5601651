//! Failures that a test asks for.
//!
//! They show how an app behaves when PostHog is slow, broken or unreachable.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Failure {
    /// Answer with this status instead of the real answer.
    pub status: Option<u16>,
    /// Wait this long first.
    pub delay_ms: u64,
    /// Seconds for a `Retry-After` header.
    pub retry_after: Option<u64>,
    /// Do not answer until the failure is lifted.
    pub hang: bool,
    /// Still handle the request, as if only the answer was lost.
    pub keep: bool,
    /// The number of requests that fail; if `None`, requests fail until the failure is lifted.
    pub times: Option<u64>,
    /// Only for this path (`/batch`), or for all paths that begin with it (`/flags*`).
    pub path: Option<String>,
}

#[derive(Default)]
pub struct Failures {
    set: Mutex<Vec<Failure>>,
    lifted: Notify,
    met: AtomicU64,
}

impl Failures {
    /// Sets a failure. It replaces an earlier one for the same path.
    pub fn set(&self, failure: Failure) -> Result<(), &'static str> {
        if failure
            .status
            .is_some_and(|status| !(200..600).contains(&status))
        {
            return Err("`status` is a number from 200 to 599");
        }
        let mut set = self.lock();
        set.retain(|other| other.path != failure.path);
        set.push(failure);
        Ok(())
    }

    pub fn lift(&self) {
        self.lock().clear();
        self.lifted.notify_waiters();
    }

    pub fn list(&self) -> Vec<Failure> {
        self.lock().clone()
    }

    /// The number of requests that a failure was applied to.
    pub fn met(&self) -> u64 {
        self.met.load(Ordering::Relaxed)
    }

    pub fn forget(&self) {
        self.lift();
        self.met.store(0, Ordering::Relaxed);
    }

    /// Resolves when all failures are lifted.
    pub fn lifted(&self) -> Notified<'_> {
        self.lifted.notified()
    }

    /// The failure for a request to this path. The failure counts the request.
    pub fn take(&self, path: &str) -> Option<Failure> {
        let mut set = self.lock();
        let index = set.iter().rposition(|failure| failure.concerns(path))?;
        let failure = set[index].clone();
        match &mut set[index].times {
            Some(times) if *times <= 1 => {
                set.remove(index);
            }
            Some(times) => *times -= 1,
            None => {}
        }
        self.met.fetch_add(1, Ordering::Relaxed);
        Some(failure)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Failure>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failure {
    fn concerns(&self, path: &str) -> bool {
        let trim = |path: &str| path.trim_matches('/').to_owned();
        match self.path.as_deref() {
            None => true,
            Some(wanted) => match wanted.strip_suffix('*') {
                Some(beginning) => trim(path).starts_with(&trim(beginning)),
                None => trim(path) == trim(wanted),
            },
        }
    }
}
