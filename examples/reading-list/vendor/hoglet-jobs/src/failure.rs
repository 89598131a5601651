//! [`Failure`]: why a job is not done, and whether to try again.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use hoglet_errors::Cause;

/// How a job ended.
pub type JobResult = Result<(), Failure>;

/// Why a job is not done. `?` makes one from any error; the job is then tried again.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Something went wrong.
    Error {
        /// The error, and where it arose.
        cause: Arc<Cause>,
        /// Whether another try may succeed.
        retry: bool,
        /// Whether it is a fault of the app or of what it depends on: [`Hooks`](crate::Hooks) report it.
        unexpected: bool,
    },
    /// Nothing went wrong, but it is too early. See [`Failure::later`].
    Later(Duration),
}

impl Failure {
    /// A failure that another try would not change, such as an invalid address.
    ///
    /// The job is kept as failed at once.
    ///
    /// ```
    /// use hoglet_jobs::{Failure, JobResult};
    ///
    /// fn send(address: &str) -> JobResult {
    ///     if !address.contains('@') {
    ///         return Err(Failure::for_good(std::io::Error::other("not an address")));
    ///     }
    ///     Ok(())
    /// }
    /// assert!(send("Ann").is_err());
    /// ```
    #[track_caller]
    pub fn for_good<E: Error>(error: E) -> Self {
        Self::Error {
            cause: Arc::new(Cause::of(&error)),
            retry: false,
            unexpected: true,
        }
    }

    /// It is too early: the job runs again after this time.
    ///
    /// The attempt does not count, and nothing is logged or reported as an error.
    pub fn later(wait: Duration) -> Self {
        Self::Later(wait)
    }

    /// A failure with this cause. The job is tried again.
    pub fn of(cause: Arc<Cause>) -> Self {
        Self::Error {
            cause,
            retry: true,
            unexpected: true,
        }
    }
}

impl<E: Error> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self::of(Arc::new(Cause::of(&error)))
    }
}
