//! The first-party proxy: posthog-js reaches PostHog through the app's own address, past blockers.
//!
//! It talks to PostHog's two hosts only, about this app's own project only, at the paths that posthog-js uses only.
//! It passes on neither cookies nor authorization. Bodies pass as they are, compressed or not. Source: <https://posthog.com/docs/advanced/proxy>.

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

/// Session replay sends large bodies.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// For one request and its answer, a large upload included.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The paths of the ingestion host that posthog-js 1.449.2 uses. Source: `endpointFor` and `sendRequest` in
/// its package, `ingestionPaths` in its `request-router`.
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

/// Marks an answer as PostHog's own, which is passed back as it is, errors too.
#[derive(Clone, Copy)]
pub struct FromPostHog;

/// A request's origin, which only the app knows: it may stand behind proxies that it trusts.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Path and query as the browser sent them.
    pub path_and_query: String,
    /// The browser's address.
    pub ip: IpAddr,
}

/// The routes of the proxy, under the path that the settings name; none without one. `sent` reads a request:
/// only the app knows which proxies of its own to trust. A refusal is a bare status.
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

/// Passes a request on to PostHog, and the answer back.
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
            // The client's doing, and not PostHog's.
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

/// The state of a client's body on its way to PostHog. reqwest reports a body that broke off like a host that cannot
/// be reached.
#[derive(Clone, Default)]
struct Upload(Arc<OnceLock<StatusCode>>);

impl Upload {
    /// The body to pass on.
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
            // Only the first error counts; after it there is no other.
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

/// The target of a path, if posthog-js uses it.
///
/// The path is appended to one of two fixed hosts, so it cannot name another one; and it is judged
/// as the host will read it, with every `..` carried out. Nothing posthog-js asks for is written
/// with a `%`, which could hide a `..` or a slash until it is decoded at the other end.
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

/// posthog-js itself, and the project's settings for it. Those hold scripts that the project's owner
/// wrote: another project's would be a stranger's script under this app's own address.
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
