//! The proxy for posthog-js, which has no routes.

use axum::Router;
use axum::extract::Request;

use super::client::Client;

#[derive(Clone, Debug)]
pub struct Sent {
    pub path_and_query: String,
    pub ip: std::net::IpAddr,
}

#[derive(Clone, Copy, Debug)]
pub struct FromPostHog;

pub fn routes<S: Clone + Send + Sync + 'static>(_: &Client, _: fn(&Request) -> Sent) -> Router<S> {
    Router::new()
}
