//! The first-party proxy: posthog-js reaches PostHog through the app's own address, past blockers
//! and under a content security policy of `'self'`.
//!
//! It talks to PostHog's two hosts and nobody else, whatever the path says, and passes on neither
//! cookies nor authorization. Source: <https://posthog.com/docs/advanced/proxy>.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, EXPIRES, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, USER_AGENT, VARY,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use reqwest::Url;

use super::browser;
use crate::app::AppState;
use crate::error::AppError;
use crate::request::RequestInfo;
use crate::settings::PostHogSettings;

/// Session replay sends large bodies.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// For one request and its answer, a large upload included.
const PATIENCE: Duration = Duration::from_secs(60);

const TO_POSTHOG: &[HeaderName] = &[
    ACCEPT,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    USER_AGENT,
];
const FROM_POSTHOG: &[HeaderName] = &[
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    ETAG,
    EXPIRES,
    LAST_MODIFIED,
    VARY,
];

/// Marks an answer as PostHog's own, which is passed back as it is, errors too.
#[derive(Clone, Copy)]
pub struct FromPostHog;

/// Whether a path is the proxy's.
pub fn owns(proxy_path: Option<&str>, path: &str) -> bool {
    proxy_path
        .and_then(|prefix| path.strip_prefix(prefix))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub async fn forward(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::POST | Method::OPTIONS
    ) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let settings = &state.settings.posthog;
    let info = RequestInfo::of(request.extensions());
    let Some(target) = target(settings, &info.path_and_query).filter(|_| settings.enabled()) else {
        return AppError::not_found().into_response();
    };
    let (parts, body) = request.into_parts();
    let mut headers = pick(&parts.headers, TO_POSTHOG);
    let client = info.ip.to_string();
    headers.insert(
        "x-forwarded-for",
        client.parse().expect("an address is a valid header value"),
    );
    let sent = state
        .http
        .request(parts.method, target)
        .headers(headers)
        .timeout(PATIENCE)
        .body(reqwest::Body::wrap_stream(body.into_data_stream()))
        .send()
        .await;
    match sent {
        Ok(answer) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = answer.status();
            *response.headers_mut() = pick(answer.headers(), FROM_POSTHOG);
            *response.body_mut() = Body::from_stream(answer.bytes_stream());
            response.extensions_mut().insert(FromPostHog);
            response
        }
        Err(error) => {
            tracing::warn!(error = %error.without_url(), "the proxy could not reach PostHog");
            AppError::new(StatusCode::BAD_GATEWAY, "").into_response()
        }
    }
}

/// Where a path leads. It is appended to one of two fixed hosts, so it cannot name another one; and
/// where `POSTHOG_HOST` has a path, `..` does not lead out of it.
pub fn target(settings: &PostHogSettings, path_and_query: &str) -> Option<Url> {
    let prefix = settings.proxy_path.as_deref().unwrap_or_default();
    let rest = path_and_query
        .strip_prefix(prefix)
        .unwrap_or(path_and_query);
    let from_assets = ["/static/", "/array/"]
        .iter()
        .any(|folder| rest.starts_with(folder));
    let host = if from_assets {
        browser::assets_host(settings)
    } else {
        settings.base_url().into()
    };
    let separator = if rest.starts_with('/') { "" } else { "/" };
    let folder = Url::parse(&format!("{host}/")).ok()?;
    let url = Url::parse(&format!("{host}{separator}{rest}")).ok()?;
    let inside = url.origin() == folder.origin() && url.path().starts_with(folder.path());
    inside.then_some(url)
}

fn pick(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    names
        .iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}
