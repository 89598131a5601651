//! The context of a request: the properties that each of its events carries.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::header::{HOST, USER_AGENT};
use axum::http::{HeaderMap, Method};
use posthog_rs::RequestContext;
use posthog_rs::tower::PostHogLayer;
use serde_json::{Map, Value};

use crate::headers;
use crate::identity::Identity;
use crate::property::{GEOIP_DISABLE, PROCESS_PERSON_PROFILE, property};
use crate::urls;

/// The parts of a request that become properties of its events.
#[derive(Clone, Debug)]
pub struct RequestDetails<'a> {
    /// The request's id, which its answer shows and the log contains.
    pub id: Option<&'a str>,
    /// The method.
    pub method: &'a Method,
    /// The app's public address, without a trailing slash: `https://example.com`.
    pub origin: &'a str,
    /// The host of that address, with its port unless that is the scheme's default.
    pub host: &'a str,
    /// The path, without tokens.
    pub path: &'a str,
    /// The path and the query, without tokens.
    pub path_and_query: &'a str,
    /// Whether the original address contains a token.
    pub address: Address,
    /// The client's address; none if it is unknown.
    pub ip: Option<IpAddr>,
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// Whether PostHog may see the address of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// PostHog may see it.
    Plain,
    /// It contains a token. posthog-js reads the address, so it does not run on the page.
    Secret,
}

impl<'a> RequestDetails<'a> {
    /// Takes all details from the request itself.
    ///
    /// Behind a proxy, the app must replace its public address and the client's address: the request has the
    /// proxy's.
    pub fn of(request: &'a Request) -> Self {
        let host = request.headers().get(HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let uri = request.uri();
        Self {
            id: None,
            method: request.method(),
            origin: "",
            host,
            path: uri.path(),
            path_and_query: uri
                .path_and_query()
                .map_or(uri.path(), |sent| sent.as_str()),
            address: Address::Plain,
            ip: peer.map(|ConnectInfo(address)| address.ip().to_canonical()),
            headers: request.headers(),
        }
    }
}

/// The layer that makes the context available to code that uses the SDK directly.
///
/// It keeps the context in the task that handles the request. It takes it from the request's extensions, see
/// [`PostHog::remember_in`](crate::PostHog::remember_in).
pub fn layer() -> PostHogLayer {
    PostHogLayer::new()
}

/// Makes the SDK's context of a request. `properties` are the app's own.
pub fn of_request(
    identity: &Identity,
    request: &RequestDetails<'_>,
    properties: Map<String, Value>,
) -> RequestContext {
    let mut context = RequestContext::new().distinct_id(identity.distinct_id.to_string());
    let url = match request.origin {
        "" => format!("http://{}{}", request.host, request.path_and_query),
        origin => format!("{origin}{}", request.path_and_query),
    };
    // A client can send anything, and its events must stay small.
    let cut = |text| urls::cut(text, urls::MAX_CHARACTERS);
    let path = cut(request.path);
    context = property(context, "$current_url", urls::safe(&url));
    context = property(context, "$host", request.host);
    context = property(context, "$pathname", path);
    context = property(context, "$request_method", cut(request.method.as_str()));
    context = property(context, "$request_path", path);
    context = match request.ip {
        Some(ip) => property(context, "$ip", ip),
        None => property(context, GEOIP_DISABLE, true),
    };
    if let Some(agent) = headers::read(request.headers, USER_AGENT.as_str()) {
        context = property(context, "$raw_user_agent", &agent);
        context = property(context, "$user_agent", &agent);
    }
    context = of_identity(context, identity);
    with_all(context, properties)
}

/// Adds the identity's properties, except the distinct id.
pub(crate) fn of_identity(mut context: RequestContext, identity: &Identity) -> RequestContext {
    if let Some(session_id) = &identity.session_id {
        context = context.session_id(session_id);
    }
    if !identity.distinct_id.is_user() {
        context = property(context, PROCESS_PERSON_PROFILE, false);
    }
    context
}

/// Adds these properties.
pub(crate) fn with_all(context: RequestContext, properties: Map<String, Value>) -> RequestContext {
    properties
        .into_iter()
        .fold(context, |context, (name, value)| {
            property(context, &name, value)
        })
}
