//! `AppError`: what a handler answers when it cannot answer.
//!
//! Clients get a status and a kind sentence; the cause rides in the response's extensions and is
//! logged once, at the boundary ([`crate::error_pages`]), and captured once (`posthog/errors.rs`).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use crate::stack::Stack;

pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// A status, what to say about it and, where something went wrong inside, why.
#[derive(Clone, Debug)]
pub struct AppError {
    pub status: StatusCode,
    /// For the client; empty takes the status's own sentence.
    pub message: Cow<'static, str>,
    pub cause: Option<Arc<Cause>>,
    retry_after: Option<Duration>,
}

/// Why it went wrong, and where: the stack of the place that turned the error into an [`AppError`].
#[derive(Debug)]
pub struct Cause {
    pub kind: CauseKind,
    /// One entry an error, outermost first: its type and its message.
    pub chain: Vec<(String, String)>,
    pub stack: Stack,
    /// The template and the line, for what went wrong in one: no stack shows it.
    pub template: Option<(String, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseKind {
    Error,
    Panic,
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?} (REQUEST_TIMEOUT_SECONDS)")]
struct TimedOut(Duration);

impl AppError {
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            cause: None,
            retry_after: None,
        }
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "")
    }

    /// A page that did not come in time: a 503 with a cause, so that it is logged and captured.
    pub fn timed_out(bound: Duration) -> Self {
        let cause = Cause::of(&TimedOut(bound));
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::from_cause(cause)
        }
    }

    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub fn from_cause(cause: Cause) -> Self {
        Self {
            cause: Some(Arc::new(cause)),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "")
        }
    }
}

impl Cause {
    pub fn of<E: Error>(error: &E) -> Self {
        let mut chain = vec![(type_name::<E>(), error.to_string())];
        let mut source = error.source();
        while let Some(error) = source {
            // The type of a source is not known any more.
            chain.push(("Error".into(), error.to_string()));
            source = error.source();
        }
        Self::new(CauseKind::Error, chain)
    }

    pub fn panic(message: impl Into<String>) -> Self {
        Self::new(CauseKind::Panic, vec![("panic".into(), message.into())])
    }

    fn new(kind: CauseKind, chain: Vec<(String, String)>) -> Self {
        Self {
            kind,
            chain,
            stack: Stack::here(),
            template: None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, (_, message)) in self.chain.iter().enumerate() {
            if depth > 0 {
                formatter.write_str(": ")?;
            }
            formatter.write_str(message)?;
        }
        Ok(())
    }
}

/// `core::num::error::ParseIntError` as people know it: `ParseIntError`.
fn type_name<E>() -> String {
    let full = std::any::type_name::<E>();
    let path = full.split('<').next().unwrap_or(full);
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

/// Any error in a handler is a 500: what a visitor did wrong is answered, not returned as an error.
impl<E: Error> From<E> for AppError {
    fn from(error: E) -> Self {
        Self::from_cause(Cause::of(&error))
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
