//! [`Failure`]: why a job has not been done, and whether it is worth another try.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{AppError, Cause};
use crate::mail::SendError;

/// How a job ended.
pub type Outcome = Result<(), Failure>;

/// Why a job has not been done. `?` makes one of any error; it is tried again then.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Something went wrong.
    Error {
        /// The error, and where it arose.
        cause: Arc<Cause>,
        /// Whether another try may end better.
        retry: bool,
        /// Whether it is a fault of the app or of what it depends on, and so an `$exception`.
        captured: bool,
    },
    /// Nothing went wrong: it is too early. See [`Failure::later`].
    Later(Duration),
}

impl Failure {
    /// A failure that no other try would end differently, such as an address that is none. The job is
    /// kept as failed at once.
    pub fn for_good<E: Error>(error: E) -> Self {
        Self::Error {
            cause: Arc::new(Cause::of(&error)),
            retry: false,
            captured: true,
        }
    }

    /// Too early: the job is run again after this time. The attempt does not count, and nothing is logged
    /// or captured as an error.
    pub fn later(wait: Duration) -> Self {
        Self::Later(wait)
    }

    pub(crate) fn of(cause: Cause) -> Self {
        Self::again(Arc::new(cause))
    }

    fn again(cause: Arc<Cause>) -> Self {
        Self::Error {
            cause,
            retry: true,
            captured: true,
        }
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::of(Cause::of(&error))
    }
}

/// Handlers return this error: for functions that handlers and jobs call.
impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error.cause {
            Some(cause) => Self::again(cause),
            None => Self::from(Answer(error)),
        }
    }
}

/// Tried again, unless the server has said its last word. That it refuses a recipient or a mail is no fault
/// of the app: it is no `$exception`.
impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        Self::Error {
            retry: !error.is_permanent(),
            captured: !matches!(error, SendError::Refused(_)),
            cause: Arc::new(Cause::of(&MailNotSent(error))),
        }
    }
}

/// A mail that has not gone out.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct MailNotSent(SendError);

/// An answer that no client is there for.
#[derive(Debug, thiserror::Error)]
#[error("{} {}", .0.status, .0.message)]
struct Answer(AppError);
