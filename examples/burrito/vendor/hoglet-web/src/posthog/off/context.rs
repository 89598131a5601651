//! The context of a request, which no event carries.

use axum::http::{HeaderMap, Method};

/// The facts about a request that PostHog would get.
#[derive(Clone, Debug)]
pub struct RequestDetails<'a> {
    pub id: Option<&'a str>,
    pub method: &'a Method,
    pub origin: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub path_and_query: &'a str,
    pub address: Address,
    pub ip: Option<std::net::IpAddr>,
    pub headers: &'a HeaderMap,
}

/// Whether PostHog might see the address of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    Plain,
    Secret,
}
