//! [`RequestInfo`]: a request's id, its address as it was sent, where it came from, and what kind of
//! answer it expects.

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

/// What every part wants to know of a request.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Sent back as `x-request-id`, and in every log line.
    pub id: String,
    /// Path and query as they were sent, but for a token: `/reset-password/***`.
    pub path_and_query: String,
    /// The path alone, likewise.
    pub path: String,
    /// Whether the path holds a token. Then nobody is told of it, see
    /// [`secret_paths`](crate::secret_paths).
    pub has_token: bool,
    /// Path and query as they were sent, for what has to go on to the same place.
    pub sent: Secret,
    /// The client's address, seen through the proxies that are trusted.
    pub ip: IpAddr,
    /// Whether a trusted proxy says that the client came over plain http.
    pub plain_http: bool,
    /// Whether the answer is read by a program: under `/api/`, or where JSON is asked for. A browser
    /// that sends a form by itself, without our script, names `text/html` and needs a page.
    pub wants_json: bool,
    /// One per answer: what the content security policy lets run.
    pub csp_nonce: String,
    /// Why the request is turned away, if it is.
    pub refused: Option<Refusal>,
}

impl RequestInfo {
    /// What a request says, as far as its proxies are trusted.
    pub(crate) fn read(settings: &Settings, secret_paths: &SecretPaths, request: &Request) -> Self {
        let peer = peer(request);
        let headers = request.headers();
        let proxied = is_trusted(settings, &peer);
        let uri = request.uri();
        let sent = uri
            .path_and_query()
            .map(|sent| sent.as_str())
            // `*` would run into the host that it is written behind.
            .filter(|sent| sent.starts_with('/'))
            .unwrap_or("/");
        let masked = secret_paths.masked(uri.path());
        Self {
            id: Uuid::new_v4().to_string(),
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
            csp_nonce: Uuid::new_v4().simple().to_string(),
            refused: Refusal::of(settings, request),
        }
    }

    /// What the layer has read of the request.
    ///
    /// # Panics
    ///
    /// Without that layer, the layer `describe`.
    pub fn of(extensions: &Extensions) -> Arc<Self> {
        extensions
            .get::<Arc<Self>>()
            .cloned()
            .expect("the request layer wraps everything")
    }

    /// The client's [`network`].
    pub fn network(&self) -> String {
        network(self.ip)
    }
}

/// Who counts as one where something is bounded by address: an IPv4 address, or the network
/// that a single IPv6 customer has, with 2⁶⁴ addresses to come from.
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

/// Each proxy may add its own: the first one says how the client came.
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
