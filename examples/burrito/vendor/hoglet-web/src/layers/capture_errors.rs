//! The layer that captures errors and panics of handlers.

use axum::extract::Request;
use axum::response::Response;

use crate::chain::Next;
use crate::error::AppError;
use crate::posthog::{FailedRequest, PostHog};
use crate::request::RequestInfo;
use futures_core::future::BoxFuture;

/// Marks a response whose error has been captured.
#[derive(Clone)]
struct ErrorCaptured;

/// The layer that captures a handler's 5xx and panics, for the person of the request.
///
/// It is in the stack twice: inside, so that the error page can show the captured event, and
/// outside, for errors of the layers between.
pub fn capture_errors(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let web = next.web().clone();
        let info = RequestInfo::of(request.extensions());
        let method = request.method().clone();
        let posthog = request.extensions().get::<PostHog>().cloned();
        let mut response = next.run(request).await;
        if response.extensions().get::<ErrorCaptured>().is_some() {
            return response;
        }
        let cause = response
            .extensions()
            .get::<AppError>()
            .and_then(|error| error.cause.clone());
        let status = response.status();
        let Some(cause) = cause.filter(|_| status.is_server_error()) else {
            return response;
        };
        match posthog.or_else(|| response.extensions().get().cloned()) {
            Some(posthog) => posthog.capture_failed_request(cause, status),
            // The request failed before its identity was known.
            None => {
                let request = FailedRequest {
                    id: &info.id,
                    method: method.as_str(),
                    path: &info.path,
                };
                web.posthog.capture_failed_request(cause, status, &request)
            }
        };
        response.extensions_mut().insert(ErrorCaptured);
        response
    })
}
