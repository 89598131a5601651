//! The tracing headers, which are not read.

use axum::http::{HeaderMap, Method};

pub const DISTINCT_ID: &str = "x-posthog-distinct-id";
pub const SESSION_ID: &str = "x-posthog-session-id";

pub fn distinct_id(_: &HeaderMap) -> Option<String> {
    None
}

pub fn session_id(_: &HeaderMap, _: &str) -> Option<String> {
    None
}

pub fn posthog_js_cookie(_: &str) -> String {
    "ph__posthog".to_owned()
}

pub fn is_page_view(_: &Method, _: &HeaderMap) -> bool {
    false
}
