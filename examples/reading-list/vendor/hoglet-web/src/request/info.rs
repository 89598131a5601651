//! [`RequestInfo`]: the id of a request, its path, its client's address, and the kind of answer it expects.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::{Extensions, HeaderMap};
use uuid::Uuid;

use super::refusal::Refusal;
use crate::media_type;
use crate::secret_paths::SecretPaths;
use crate::settings::Settings;
use crate::settings::secret::Secret;

/// The facts about a request that many modules need.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// The request's id. It is sent back as `x-request-id`, and is in every log line.
    pub id: String,
    /// Path and query as they were sent. A token is masked: `/reset-password/***`.
    pub path_and_query: String,
    /// The path alone, also masked.
    pub path: String,
    /// Whether the path contains a token, which must not leave the app. See
    /// [`secret_paths`](crate::secret_paths).
    pub has_token: bool,
    /// Path and query as they were sent, token included: for redirects to the same path.
    pub sent: Secret,
    /// The client's address, from `X-Forwarded-For` if the proxy is trusted.
    pub ip: IpAddr,
    /// Whether the client used plain http, according to a trusted proxy.
    pub plain_http: bool,
    /// Whether the answer should be JSON: under `/api/`, or if the request accepts JSON.
    ///
    /// A browser that sends a form without our script accepts `text/html` and needs a page.
    pub wants_json: bool,
    /// The nonce of this answer, for the content security policy.
    pub csp_nonce: String,
    /// The reason why the request is refused, if it is.
    pub refused: Option<Refusal>,
}

impl RequestInfo {
    /// Reads a request. Headers of proxies count only if the proxy is trusted.
    pub(crate) fn read(settings: &Settings, secret_paths: &SecretPaths, request: &Request) -> Self {
        let peer = peer(request);
        let headers = request.headers();
        let proxied = is_trusted(settings, &peer);
        let uri = request.uri();
        let sent = uri
            .path_and_query()
            .map(|sent| sent.as_str())
            // `*`, as in `OPTIONS *`, is no path.
            .filter(|sent| sent.starts_with('/'))
            .unwrap_or("/");
        let masked = secret_paths.masked(uri.path());
        let [id, csp_nonce] = random_ids();
        Self {
            id: id.to_string(),
            path_and_query: secret_paths.masked_address(sent).into_owned(),
            has_token: masked.is_some(),
            path: masked.unwrap_or_else(|| uri.path().to_owned()),
            sent: Secret::new(sent.to_owned()),
            plain_http: proxied && forwarded_over_http(headers),
            ip: if proxied {
                forwarded_for(settings, peer, headers)
            } else {
                peer
            },
            wants_json: !media_type::accepts(headers, "text/html")
                && (uri.path().starts_with("/api/")
                    || media_type::accepts(headers, "application/json")),
            csp_nonce: csp_nonce.simple().to_string(),
            refused: Refusal::of(settings, request),
        }
    }

    /// The info that the layer `describe` has read.
    ///
    /// # Panics
    ///
    /// If the request has not passed that layer.
    pub fn of(extensions: &Extensions) -> Arc<Self> {
        extensions
            .get::<Arc<Self>>()
            .cloned()
            .expect("the layer `describe` is around everything")
    }

    /// The client's [`network`].
    pub fn network(&self) -> String {
        network(self.ip)
    }
}

/// Two random ids, with one call to the system.
fn random_ids() -> [Uuid; 2] {
    let mut random = [[0; 16]; 2];
    getrandom::fill(random.as_flattened_mut()).expect("the system has random numbers");
    random.map(|bytes| uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// The unit for limits by address: an IPv4 address, or the /64 network of an IPv6 address.
///
/// One customer has all 2⁶⁴ addresses of such a network.
pub fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() & (u128::MAX << 64);
            format!("{}/64", Ipv6Addr::from_bits(network))
        }
    }
}

/// The other end of the connection: a proxy, or the client itself.
pub(super) fn peer(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::from([127, 0, 0, 1]), |ConnectInfo(address)| {
        address.ip().to_canonical()
    })
}

pub(super) fn is_trusted(settings: &Settings, address: &IpAddr) -> bool {
    let mut networks = settings.trusted_proxies.iter();
    networks.any(|network| network.contains(address))
}

/// The nearest address that is not a trusted proxy.
///
/// Each proxy appends to the header. So it is read from the right, and only up to that address: the client
/// could have invented everything left of it.
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

/// Each proxy may append a scheme. The first one is the client's.
fn forwarded_over_http(headers: &HeaderMap) -> bool {
    let forwarded = headers.get("x-forwarded-proto");
    let schemes = forwarded.and_then(|value| value.to_str().ok());
    let client = schemes.and_then(|schemes| schemes.split(',').next());
    client.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("http"))
}

/// Some proxies add the port.
fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}
