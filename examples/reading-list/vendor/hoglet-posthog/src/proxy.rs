//! The first-party proxy: posthog-js reaches PostHog through the app's own address.
//!
//! So ad blockers do not block it. The proxy passes requests only to PostHog's two hosts, and only for the
//! paths that posthog-js uses. It serves scripts only of this app's own project. It passes on neither cookies
//! nor authorization. Bodies stay unchanged, compressed or not.
//! Source: <https://posthog.com/docs/advanced/proxy>.

use std::error::Error;
use std::iter::successors;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, EXPIRES,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, USER_AGENT, VARY,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http_body_util::{BodyExt, LengthLimitError};
use reqwest::Url;
use tower_http::limit::RequestBodyLimitLayer;

use crate::browser;
use crate::client::Client;
use crate::outgoing;
use crate::settings::Settings;

/// The largest body that is passed on. Session replay sends large ones.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// The time limit of a request and its answer, even with a large upload.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The paths of the ingestion host that posthog-js 1.449.2 uses.
///
/// Source: `endpointFor` and `sendRequest` in its package, `ingestionPaths` in its
/// `request-router`.
const INGESTION: &[&str] = &[
    "/e/",
    "/i/",
    "/s/",
    "/flags/",
    "/api/surveys/",
    "/api/product_tours/",
    "/api/early_access_features/",
    "/api/web_experiments/",
    "/api/conversations/v1/widget/",
];

const TO_POSTHOG: &[HeaderName] = &[
    ACCEPT,
    ACCEPT_ENCODING,
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

/// Marks an answer, even an error, as PostHog's own: the app must not replace it.
#[derive(Clone, Copy)]
pub struct FromPostHog;

/// A request's original path and client.
///
/// Only the app knows them, because it knows which proxies in front of it to trust.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The path and the query, as the browser has sent them.
    pub path_and_query: String,
    /// The browser's address.
    pub ip: IpAddr,
}

/// The routes of the proxy, at the path in the settings; none without a path.
///
/// `sent` reads a request's original path and client, because only the app knows which proxies to trust. A
/// refused request gets a bare status as its answer.
pub fn routes<S: Clone + Send + Sync + 'static>(
    client: &Client,
    sent: fn(&Request) -> Sent,
) -> Router<S> {
    let Some(path) = &client.settings().proxy_path else {
        return Router::new();
    };
    let client = client.clone();
    let forward = any(move |request: Request| {
        let client = client.clone();
        async move { forward(&client, sent(&request), request).await }
    });
    Router::new()
        .route(path, forward.clone())
        .route(&format!("{path}/"), forward.clone())
        .route(&format!("{path}/{{*path}}"), forward)
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
}

/// Passes a request on to PostHog, and returns its answer.
async fn forward(client: &Client, sent: Sent, request: Request) -> Response {
    if !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::POST | Method::OPTIONS
    ) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let target = target(client.settings(), &sent.path_and_query);
    let (Some(target), Some(http)) = (target, client.http()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (parts, body) = request.into_parts();
    let mut headers = pick(&parts.headers, TO_POSTHOG);
    let ip = sent.ip.to_string();
    headers.insert(
        "x-forwarded-for",
        ip.parse().expect("an address is a valid header value"),
    );
    let address = target.to_string();
    let upload = Upload::default();
    let answer = http
        .request(parts.method, target)
        .headers(headers)
        .timeout(TIMEOUT)
        .body(upload.watch(body))
        .send()
        .await;
    match answer {
        Ok(answer) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = answer.status();
            *response.headers_mut() = pick(answer.headers(), FROM_POSTHOG);
            *response.body_mut() = Body::from_stream(answer.bytes_stream());
            response.extensions_mut().insert(FromPostHog);
            response
        }
        Err(error) => match upload.broken() {
            // The client has caused this, not PostHog.
            Some(status) => {
                tracing::debug!(%status, "an upload for PostHog broke off");
                status.into_response()
            }
            None => {
                let error = outgoing::describe(error, &address);
                tracing::warn!(error, "the proxy could not reach PostHog");
                StatusCode::BAD_GATEWAY.into_response()
            }
        },
    }
}

/// Notices whether the client's upload breaks off.
///
/// reqwest reports that with the same error as a host that cannot be reached.
#[derive(Clone, Default)]
struct Upload(Arc<OnceLock<StatusCode>>);

impl Upload {
    /// The body to pass on, which records the client's errors here.
    fn watch(&self, body: Body) -> reqwest::Body {
        let upload = self.clone();
        let body = body.map_err(move |error| {
            let too_large = successors(Some(&error as &dyn Error), |&error| error.source())
                .any(|error| error.is::<LengthLimitError>());
            let status = if too_large {
                StatusCode::PAYLOAD_TOO_LARGE
            } else {
                StatusCode::BAD_REQUEST
            };
            // Only the first error counts.
            upload.0.get_or_init(|| status);
            error
        });
        reqwest::Body::wrap_stream(Body::new(body).into_data_stream())
    }

    /// The status to answer, if the body broke off or was too large.
    fn broken(&self) -> Option<StatusCode> {
        self.0.get().copied()
    }
}

/// The address at PostHog for a path; none if posthog-js does not use the path.
///
/// The path is appended to one of two fixed hosts, so it cannot name another host. It is checked after every
/// `..` is resolved, as the host will read it. A path with a `%` is refused: it could hide a `..` or a slash
/// until the host decodes it, and posthog-js uses no such path.
pub fn target(settings: &Settings, path_and_query: &str) -> Option<Url> {
    let prefix = settings.proxy_path.as_deref().unwrap_or_default();
    let rest = path_and_query.strip_prefix(prefix)?;
    let on = |host: &str| {
        let folder = Url::parse(&format!("{host}/")).ok()?;
        let url = Url::parse(&format!("{host}{rest}")).ok()?;
        let inside = url.path().strip_prefix(folder.path())?;
        let path = format!("/{inside}");
        (url.origin() == folder.origin() && !path.contains('%')).then_some((url, path))
    };
    let (url, path) = on(&browser::assets_host(settings))?;
    if is_asset(settings, &path) {
        return Some(url);
    }
    let (url, path) = on(settings.base_url())?;
    let known = INGESTION.iter().any(|known| path.starts_with(known));
    known.then_some(url)
}

/// Whether a path is that of posthog-js, or of the project's settings for it.
///
/// The settings contain scripts of the project's owner. Those of another project would be a stranger's script
/// at this app's own address, so they are refused.
fn is_asset(settings: &Settings, path: &str) -> bool {
    let own = path
        .strip_prefix("/array/")
        .and_then(|rest| rest.strip_prefix(settings.project_token.as_str()))
        .is_some_and(|rest| rest.starts_with('/'));
    own || path.starts_with("/static/")
}

fn pick(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    names
        .iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}
