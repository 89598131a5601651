//! The tracing headers of posthog-js and PostHog's other SDKs. Anybody may have written them.

use axum::http::HeaderMap;

/// Names the person.
pub const DISTINCT_ID: &str = "x-posthog-distinct-id";
/// Names the browser's session.
pub const SESSION_ID: &str = "x-posthog-session-id";

/// Longest header value that is taken over, in characters (PostHog's own SDKs use the same bound).
const MAX_CHARACTERS: usize = 1000;

/// Ids that PostHog refuses to identify, because so many clients send them by mistake.
/// Source: <https://posthog.com/docs/product-analytics/identify>.
const REFUSED_IDS: &[&str] = &[
    "anonymous",
    "guest",
    "distinctid",
    "distinct_id",
    "id",
    "not_authenticated",
    "email",
    "undefined",
    "true",
    "false",
    "null",
    "none",
    "nil",
    "nan",
    "0",
    "[object object]",
    "00000000-0000-0000-0000-000000000000",
];

/// A header: UTF-8 or absent, trimmed, without control characters, cut to 1,000 characters,
/// empty as if absent.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| clean(std::str::from_utf8(value.as_bytes()).ok()?))
}

fn clean(text: &str) -> Option<String> {
    let text: String = text
        .trim()
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_CHARACTERS)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether PostHog would refuse the id.
pub fn is_refused(id: &str) -> bool {
    let bare = id.trim_matches(['"', '\'']).trim().to_lowercase();
    bare.is_empty() || REFUSED_IDS.contains(&bare.as_str())
}
