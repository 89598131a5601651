//! Layers for the request itself: its [`RequestInfo`], its body, and its time limit.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tower::layer::util::Stack;
use tower_http::limit::RequestBodyLimitLayer;

use crate::chain::Next;
use crate::error::AppError;
use crate::media_type;
use crate::request::info::RequestInfo;
use futures_core::future::BoxFuture;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The time limit for a whole body.
///
/// With a limit for each piece, a client could send single bytes for ever.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// The outermost layer: reads the request's [`RequestInfo`] and drops a trailing slash.
pub fn describe(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let web = next.web();
        let settings = &web.settings;
        let info = RequestInfo::read(settings, &web.secret_paths, &request);
        web.warnings.log(settings, &request, info.refused.as_ref());
        let id = HeaderValue::from_str(&info.id).expect("a UUID is a valid header value");

        if let Some(uri) =
            without_trailing_slash(request.uri(), settings.posthog.proxy_path.as_deref())
        {
            *request.uri_mut() = uri;
        }
        request.extensions_mut().insert(Arc::new(info));
        let mut response = next.run(request).await;
        response.headers_mut().insert(REQUEST_ID, id);
        response
    })
}

/// Reads the whole body before the handler runs, so that a slow client keeps no handler waiting.
pub fn buffer_body(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    media_type::lower_case(request.headers_mut());
    if request.body().is_end_stream() {
        return next.run(request);
    }
    Box::pin(async move {
        let (parts, body) = request.into_parts();
        let reading = Bytes::from_request(Request::from_parts(parts.clone(), body), &());
        match tokio::time::timeout(BODY_TIMEOUT, reading).await {
            Ok(Ok(body)) => next.run(Request::from_parts(parts, Body::from(body))).await,
            Ok(Err(rejection)) => rejection.into_response(),
            Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        }
    })
}

/// Refuses larger bodies, even if the handler does not read the body.
pub fn body_limit(request: Request, next: Next) -> BoxFuture<'static, Response> {
    if request.body().is_end_stream() {
        return next.run(request);
    }
    let bytes = next.web().parts.body_limit;
    // axum's own limit applies only to handlers that read the body.
    let limits = Stack::new(
        RequestBodyLimitLayer::new(bytes),
        DefaultBodyLimit::disable(),
    );
    next.run_in(&limits, request)
}

/// Answers 503 when a page takes too long, so that a handler cannot keep its connection for ever.
pub fn timeout(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let bound = next.web().settings.request_timeout;
        let answer = tokio::time::timeout(bound, next.run(request)).await;
        answer.unwrap_or_else(|_| AppError::timed_out(bound).into_response())
    })
}

/// `/dashboard/` becomes `/dashboard`. The proxy passes paths on unchanged.
fn without_trailing_slash(uri: &Uri, proxy_path: Option<&str>) -> Option<Uri> {
    let path = uri.path();
    let trimmed = path.trim_end_matches('/');
    if path.len() < 2
        || trimmed.len() == path.len()
        || proxy_path.is_some_and(|proxy| is_below(proxy, path))
    {
        return None;
    }
    let path = if trimmed.is_empty() { "/" } else { trimmed };
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    path_and_query.parse().ok()
}

/// Whether a path is this folder, or inside it.
fn is_below(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
