//! Makes requests fail in the way that a test asked for.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::standin::Standin;

/// This layer is around PostHog's endpoints only.
pub async fn interfere(
    State(standin): State<Arc<Standin>>,
    request: Request,
    next: Next,
) -> Response {
    let lifted = standin.failures.lifted();
    let Some(failure) = standin.failures.take(request.uri().path()) else {
        return next.run(request).await;
    };
    if failure.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(failure.delay_ms)).await;
    }
    let kept = match failure.status.is_none() && !failure.hang || failure.keep {
        true => Some(next.run(request).await),
        false => None,
    };
    if failure.hang {
        lifted.await;
    }
    let status = failure
        .status
        .and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = match (status, kept) {
        (Some(status), _) => (status, "failing, as asked for").into_response(),
        (None, Some(answer)) => answer,
        (None, None) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    if let Some(seconds) = failure.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
