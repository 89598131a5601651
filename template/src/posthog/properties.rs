//! What every event of a request carries, besides what PostHog's SDKs tell by themselves.

use axum::extract::Request;
use serde_json::{Map, Value};

/// `Map::from_iter([("shop".to_owned(), "berlin".into())])` adds one. What layers have left with the request can be
/// read here: `signed_in::user(request.extensions())` is its user.
pub fn event_properties(_request: &Request) -> Map<String, Value> {
    Map::new()
}
