//! What every part of the app wants to know of a request: its id, its address as it was sent, where
//! it came from, and what kind of answer it expects.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, FromRequest, Request, State};
use axum::http::header::ACCEPT;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::app::AppState;
use crate::error::AppError;
use crate::settings::Settings;

/// For a whole form. A bound between two pieces would let a client send a byte now and then, without end.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

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
    /// Whether the answer is read by a program: under `/api/`, or where JSON is asked for. A browser
    /// that sends a form by itself, without our script, names `text/html` and needs a page.
    pub wants_json: bool,
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

    /// Who counts as one where something is bounded by address: an IPv4 address, or the network
    /// that a single IPv6 customer has, with 2⁶⁴ addresses to come from.
    pub fn network(&self) -> String {
        match self.ip {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let network = address.to_bits() & (u128::MAX << 64);
                format!("{}/64", Ipv6Addr::from_bits(network))
            }
        }
    }
}

/// The outermost layer.
pub async fn describe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip());
    let peer = peer.unwrap_or(IpAddr::from([127, 0, 0, 1])).to_canonical();
    let settings = &state.settings;
    let headers = request.headers();
    let proxied = is_trusted(settings, &peer);
    let uri = request.uri();
    let info = RequestInfo {
        id: Uuid::new_v4().to_string(),
        path_and_query: uri
            .path_and_query()
            .map(|sent| sent.as_str())
            // `*` would run into the host that it is written behind.
            .filter(|sent| sent.starts_with('/'))
            .unwrap_or("/")
            .to_owned(),
        path: uri.path().to_owned(),
        plain_http: proxied && forwarded_over_http(headers),
        ip: if proxied {
            forwarded_for(settings, peer, headers)
        } else {
            peer
        },
        wants_json: !accepts(headers, "text/html")
            && (uri.path().starts_with("/api/") || accepts(headers, "application/json")),
        csp_nonce: Uuid::new_v4().simple().to_string(),
    };
    let id = HeaderValue::from_str(&info.id).expect("a UUID is a valid header value");

    if let Some(uri) = without_trailing_slash(uri, settings.posthog.proxy_path.as_deref()) {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(Arc::new(info));
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-request-id", id);
    response
}

/// Reads the whole body before the handler runs, so that a slow client keeps no handler waiting.
pub async fn buffer_body(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let reading = Bytes::from_request(Request::from_parts(parts.clone(), body), &());
    match tokio::time::timeout(BODY_TIMEOUT, reading).await {
        Ok(Ok(body)) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Ok(Err(rejection)) => rejection.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Answers 503 for a page that takes too long, so that a handler that never ends holds neither its
/// connection nor its visitor for ever.
pub async fn in_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let bound = state.settings.request_timeout;
    let answer = tokio::time::timeout(bound, next.run(request)).await;
    answer.unwrap_or_else(|_| AppError::timed_out(bound).into_response())
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

/// Whether a type is named: `*/*` asks for nothing in particular.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers.get_all(ACCEPT).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|accept| accept.contains(media_type))
    })
}

fn is_trusted(settings: &Settings, address: &IpAddr) -> bool {
    let mut networks = settings.trusted_proxies.iter();
    networks.any(|network| network.contains(address))
}

/// The nearest address that is not a trusted proxy. The header is read from the right, because each
/// proxy appends, and only up to there: what stands further left could be invented by the client.
fn forwarded_for(settings: &Settings, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    let mut ip = peer;
    for item in forwarded.into_iter().rev() {
        let Some(address) = parse_address(item) else {
            break;
        };
        ip = address.to_canonical();
        if !is_trusted(settings, &ip) {
            break;
        }
    }
    ip
}

fn forwarded_over_http(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|value| value == "http")
}

/// Some proxies add the port.
fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}
