//! A limit for headers, as in generated apps.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// In bytes, all headers of a request together.
const LARGEST: usize = 64 * 1024;
/// Bytes of `: ` and of the end of the line.
const AROUND_EACH: usize = 4;

pub async fn bounded(request: Request, next: Next) -> Response {
    let length = length(request.headers());
    if length <= LARGEST {
        return next.run(request).await;
    }
    let reason = format!(
        "The headers of this request are {length} bytes long; {LARGEST} are allowed. Send fewer or shorter ones (cookies are the usual cause).\n"
    );
    (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, reason).into_response()
}

fn length(headers: &HeaderMap) -> usize {
    let length = |(name, value): (&HeaderName, &HeaderValue)| {
        name.as_str().len() + value.len() + AROUND_EACH
    };
    headers.iter().map(length).sum()
}
