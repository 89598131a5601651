//! The layer that compresses pages.

use axum::extract::Request;
use axum::response::Response;
use futures_core::future::BoxFuture;

use crate::chain::Next;
use crate::compression::{gzip_or_nothing, pages};

/// The layer that compresses pages, for clients that take gzip. See [`crate::compression`].
pub fn compression(request: Request, next: Next) -> BoxFuture<'static, Response> {
    next.run_in(&pages(), gzip_or_nothing(request))
}
