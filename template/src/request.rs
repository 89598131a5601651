//! What every part of the app wants to know of a request: its id, its address as it was sent, where
//! it came from, and what kind of answer it expects.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::ACCEPT;
use axum::http::{Extensions, HeaderMap, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::app::AppState;
use crate::settings::Settings;

#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Sent back as `x-request-id`, and in every log line.
    pub id: String,
    /// Path and query as they were sent.
    pub path_and_query: String,
    pub path: String,
    /// The client's address, seen through the proxies that are trusted.
    pub ip: IpAddr,
    /// Whether a trusted proxy says that the client came over plain http.
    pub plain_http: bool,
    /// Whether errors are told in JSON: under `/api/`, or where JSON is asked for.
    pub wants_json: bool,
    /// Whether this is a browser's own form post, which needs a page to go to.
    pub form_post: bool,
    /// One per answer: what the content security policy lets run.
    pub csp_nonce: String,
}

impl RequestInfo {
    pub fn of(extensions: &Extensions) -> Arc<Self> {
        extensions
            .get::<Arc<Self>>()
            .cloned()
            .expect("the request layer wraps everything")
    }
}

/// The outermost layer.
pub async fn describe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip());
    let peer = peer.unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let uri = request.uri();
    let info = RequestInfo {
        id: Uuid::new_v4().to_string(),
        path_and_query: uri
            .path_and_query()
            .map_or("/", |sent| sent.as_str())
            .to_owned(),
        path: uri.path().to_owned(),
        plain_http: forwarded_over_http(&state.settings, peer, request.headers()),
        ip: client_ip(&state.settings, peer, request.headers()),
        wants_json: uri.path().starts_with("/api/") || asks_for_json(request.headers()),
        form_post: accepts(request.headers(), "text/html"),
        csp_nonce: Uuid::new_v4().simple().to_string(),
    };
    let id = HeaderValue::from_str(&info.id).expect("a UUID is a valid header value");

    if let Some(uri) = without_trailing_slash(uri, state.settings.posthog.proxy_path.as_deref()) {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(Arc::new(info));
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-request-id", id);
    response
}

/// `/dashboard/` is `/dashboard`. The proxy passes paths on as they are.
fn without_trailing_slash(uri: &Uri, proxy_path: Option<&str>) -> Option<Uri> {
    let path = uri.path();
    let trimmed = path.trim_end_matches('/');
    if path.len() < 2
        || trimmed.len() == path.len()
        || crate::posthog::proxy::owns(proxy_path, path)
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

fn asks_for_json(headers: &HeaderMap) -> bool {
    accepts(headers, "application/json") && !accepts(headers, "text/html")
}

/// Whether a type is named: `*/*` asks for nothing in particular.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers.get_all(ACCEPT).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|accept| accept.contains(media_type))
    })
}

/// The nearest address that is not a trusted proxy. Whoever is not trusted could write anything
/// into the header, so reading goes from the right and stops there.
fn client_ip(settings: &Settings, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let trusted = |ip: &IpAddr| {
        settings
            .trusted_proxies
            .iter()
            .any(|network| network.contains(ip))
    };
    let mut ip = peer.to_canonical();
    if !trusted(&ip) {
        return ip;
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    for item in forwarded.into_iter().rev() {
        let Some(address) = parse_address(item) else {
            break;
        };
        ip = address.to_canonical();
        if !trusted(&ip) {
            break;
        }
    }
    ip
}

fn forwarded_over_http(settings: &Settings, peer: IpAddr, headers: &HeaderMap) -> bool {
    let peer = peer.to_canonical();
    let trusted = settings
        .trusted_proxies
        .iter()
        .any(|network| network.contains(&peer));
    trusted
        && headers
            .get("x-forwarded-proto")
            .is_some_and(|value| value == "http")
}

/// Some proxies add the port.
fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}
