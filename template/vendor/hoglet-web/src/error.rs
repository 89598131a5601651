//! `AppError`: what a handler answers when it cannot answer.
//!
//! Clients get a status and a kind sentence; the cause rides in the response's extensions and is
//! logged once, at the boundary (`error_pages`), and captured once
//! (`layers::capture_errors`).

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use crate::database::is_unavailable;
pub use hoglet_errors::{Cause, CauseKind};

/// When to ask again what could not be answered in time.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What a handler returns. `?` turns any error into a 500, and one that says that the database does not
/// answer into a 503.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// A status, what to say about it and, where something went wrong inside, why.
#[derive(Clone, Debug)]
pub struct AppError {
    /// Of the answer.
    pub status: StatusCode,
    /// For the client; empty takes the status's own sentence.
    pub message: Cow<'static, str>,
    /// What went wrong inside. Clients never see it, but in development.
    pub cause: Option<Arc<Cause>>,
    retry_after: Option<Duration>,
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?} (REQUEST_TIMEOUT_SECONDS)")]
struct TimedOut(Duration);

impl AppError {
    /// An answer that is no failure of the app: nothing is logged as an error or captured.
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use hoglet_web::error::AppError;
    ///
    /// let sold_out = AppError::new(StatusCode::CONFLICT, "This item is sold out.");
    /// assert!(sold_out.cause.is_none());
    /// ```
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            cause: None,
            retry_after: None,
        }
    }

    /// A 404, with the sentence that the app has for it.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "")
    }

    /// A 503 for who waits behind too many others, with the header `Retry-After`.
    pub fn busy() -> Self {
        let message = "Many people are logging in right now. Try again in a few seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message).retry_after(Duration::from_secs(5))
    }

    /// A page that did not come in time: a 503 with a cause, so that it is logged and captured.
    #[track_caller]
    pub fn timed_out(bound: Duration) -> Self {
        Self::unavailable(Cause::of(&TimedOut(bound)))
    }

    /// A 503 for this cause, with `Retry-After`.
    fn unavailable(cause: Cause) -> Self {
        let error = Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::from_cause(cause)
        };
        error.retry_after(ASK_AGAIN_AFTER)
    }

    /// With the header `Retry-After`, in whole seconds and at least one.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// A 500 for this cause.
    pub fn from_cause(cause: Cause) -> Self {
        Self {
            cause: Some(Arc::new(cause)),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "")
        }
    }
}

/// Any error in a handler is a 500, or a 503 where the database does not answer: what a visitor did wrong
/// is answered, not returned as an error.
impl<E: Error + 'static> From<E> for AppError {
    #[track_caller]
    fn from(error: E) -> Self {
        let cause = Cause::of(&error);
        if is_unavailable(&error) {
            Self::unavailable(cause)
        } else {
            Self::from_cause(cause)
        }
    }
}

/// A bare status: the page or the JSON around it is made at the boundary.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, wait.as_secs().max(1).into());
        }
        response.extensions_mut().insert(self);
        response
    }
}
