//! [`Failure`]: why a job has not been done, and whether it is worth another try.

use std::error::Error;
use std::sync::Arc;

use crate::error::{AppError, Cause};
use crate::mail::SendError;

/// How a job ended.
pub type Outcome = Result<(), Failure>;

/// Why a job has not been done. `?` makes one of any error; it is tried again then.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What went wrong.
    pub cause: Arc<Cause>,
    /// Whether another try may end better.
    pub retry: bool,
}

impl Failure {
    /// A failure that no other try would end differently, such as an address that is none. The job is
    /// kept as failed at once.
    pub fn for_good<E: Error>(error: E) -> Self {
        Self {
            retry: false,
            ..Self::of(Cause::of(&error))
        }
    }

    pub(crate) fn of(cause: Cause) -> Self {
        Self {
            cause: Arc::new(cause),
            retry: true,
        }
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::of(Cause::of(&error))
    }
}

/// What handlers return, for functions that both call.
impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error.cause {
            Some(cause) => Self { cause, retry: true },
            None => Self::from(Answer(error)),
        }
    }
}

/// Tried again, unless the server has said its last word.
impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        let retry = !error.is_for_good();
        Self {
            retry,
            ..Self::of(Cause::of(&MailNotSent(error)))
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
