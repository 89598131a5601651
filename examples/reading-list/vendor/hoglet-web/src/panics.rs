//! The layer that answers a request whose handler panicked. The panic hook is `hoglet_errors::panics`.
//!
//! The hook stores the cause of the panic for its thread. [`caught`] takes the cause, and the request fails as
//! with any other error.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_core::future::BoxFuture;
use hoglet_errors::caught::caught;

use crate::chain::Next;
use crate::error::AppError;

/// The layer that turns a panic into an error.
pub fn catch(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match caught(async { next.run(request).await }).await {
            Ok(response) => response,
            Err(cause) => AppError::from_cause(cause).into_response(),
        }
    })
}
