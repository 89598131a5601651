//! The layers that answer a request whose handler panicked. The panic hook is `hoglet_errors::panics`.
//!
//! The hook stores the cause of the panic for its thread. [`catch`] takes the cause, and the request fails as
//! with any other error.

use std::any::Any;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_core::future::BoxFuture;
use hoglet_errors::caught::{caught_by_caller, cause_of};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::AppError;

/// The layer directly inside the outermost [`catch`]. It keeps the cause of a panic for `catch`.
pub fn in_request(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move { caught_by_caller(next.run(request)).await })
}

/// The layer that turns a panic into an error.
pub fn catch() -> CatchPanicLayer<fn(Box<dyn Any + Send + 'static>) -> Response> {
    CatchPanicLayer::custom(response as fn(_) -> _)
}

fn response(payload: Box<dyn Any + Send + 'static>) -> Response {
    AppError::from_cause(cause_of(&*payload)).into_response()
}
