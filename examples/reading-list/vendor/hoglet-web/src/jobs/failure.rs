//! Converts errors of this crate into failures of a job.

use std::sync::Arc;

use hoglet_errors::Cause;
use hoglet_jobs::Failure;

use crate::error::AppError;
use crate::mail::SendError;

/// Lets jobs use functions that are written for handlers.
impl From<AppError> for Failure {
    #[track_caller]
    fn from(error: AppError) -> Self {
        match error.cause {
            Some(cause) => Self::of(cause),
            None => Self::from(Answer(error)),
        }
    }
}

/// The job is tried again, unless the server has refused permanently.
///
/// A refused recipient or mail is no fault of the app, so it is not captured.
impl From<SendError> for Failure {
    #[track_caller]
    fn from(error: SendError) -> Self {
        Self::Error {
            retry: !error.is_permanent(),
            unexpected: !matches!(error, SendError::Refused(_)),
            cause: Arc::new(Cause::of(&MailNotSent(error))),
        }
    }
}

/// A mail that was not sent.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct MailNotSent(SendError);

/// An answer that a handler would send. A job has no client to send it to.
#[derive(Debug, thiserror::Error)]
#[error("{} {}", .0.status, .0.message)]
struct Answer(AppError);
