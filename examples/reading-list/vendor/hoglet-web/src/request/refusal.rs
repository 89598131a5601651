//! [`Refusal`]: requests for another host, or with a path that looks like a host.
//!
//! They are answered without any page of the app, cookie or event.

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::{StatusCode, Version};

use crate::local_path::could_name_a_host;
use crate::settings::Settings;
use crate::settings::hosts::Host;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It names no host, or two.
    NoHost,
    /// It is for another host, given here as it was sent.
    OtherHost(String),
    /// Scripts and proxies could take its path for another host.
    PathLikeAHost,
}

impl Refusal {
    /// Why this request is refused, if it is.
    pub(super) fn of(settings: &Settings, request: &Request) -> Option<Self> {
        let path = request.uri().path();
        if could_name_a_host(path) {
            return Some(Self::PathLikeAHost);
        }
        // A load balancer or a supervisor uses the address of the process, not the app's host.
        if ["/livez", "/readyz"].contains(&path.trim_end_matches('/')) {
            return None;
        }
        match named_host(request) {
            Ok(Some(host))
                if Host::parse(&host).is_some_and(|host| settings.hosts.contain(&host)) =>
            {
                None
            }
            Ok(Some(host)) => Some(Self::OtherHost(host)),
            Ok(None) => None,
            Err(refusal) => Some(refusal),
        }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoHost => StatusCode::BAD_REQUEST,
            Self::OtherHost(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::PathLikeAHost => StatusCode::NOT_FOUND,
        }
    }
}

/// The host that a request is for.
///
/// HTTP/1.0, which no browser uses, needs none. A host in the request's target overrides the header.
/// Source: RFC 9112, 3.2.
fn named_host(request: &Request) -> Result<Option<String>, Refusal> {
    let mut headers = request.headers().get_all(HOST).iter();
    let header = headers.next();
    if headers.next().is_some() {
        return Err(Refusal::NoHost);
    }
    let authority = request.uri().authority();
    match (authority, header) {
        (Some(authority), _) => Ok(Some(authority.as_str().to_owned())),
        (None, Some(host)) => Ok(Some(String::from_utf8_lossy(host.as_bytes()).into_owned())),
        (None, None) if request.version() < Version::HTTP_11 => Ok(None),
        (None, None) => Err(Refusal::NoHost),
    }
}
