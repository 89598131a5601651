//! [`AppError`]: the error of a handler.
//!
//! Clients get a status and a short text. The cause is in the extensions of the response: `error_pages`
//! logs it once, and `layers::capture_errors` captures it once.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use crate::database::is_unavailable;
pub use hoglet_errors::{Cause, CauseKind};

/// `Retry-After` of a page that took too long, or of a database that does not answer.
const RETRY_AFTER_A_FAILURE: Duration = Duration::from_secs(5);

/// The result of a handler. `?` turns any error into a 500, or into a 503 if the database does not
/// answer.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// A status, a text for the client and, for a failure of the app, its cause.
#[derive(Clone, Debug)]
pub struct AppError {
    /// The status of the answer.
    pub status: StatusCode,
    /// A sentence for the client. If it is empty, the app's text for the status is used.
    pub message: Cow<'static, str>,
    /// The cause of a failure. Clients never see it, except in development.
    pub cause: Option<Arc<Cause>>,
    retry_after: Option<Duration>,
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?} (REQUEST_TIMEOUT_SECONDS)")]
struct TimedOut(Duration);

impl AppError {
    /// An answer that is not a failure of the app: it is not logged as an error and not captured.
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

    /// A 404, with the app's text for it.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "")
    }

    /// A 503 with `Retry-After`, when too many log-ins wait at the same time.
    pub fn busy() -> Self {
        let message = "Many people are logging in right now. Try again in a few seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message).retry_after(Duration::from_secs(5))
    }

    /// A 503 for a page that took too long. It has a cause, so it is logged and captured.
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
        error.retry_after(RETRY_AFTER_A_FAILURE)
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

/// Any error in a handler is a 500, or a 503 if the database does not answer.
///
/// A handler answers a visitor's mistakes itself, and does not return them as errors.
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

/// A response with a status only. The layer `error_pages` adds the page or the JSON.
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
