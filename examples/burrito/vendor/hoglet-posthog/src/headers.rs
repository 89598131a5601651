//! The tracing headers of PostHog's SDKs, and posthog-js's cookie.
//!
//! A client can write anything into them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, Method};
use cookie::Cookie;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The header with the distinct id.
pub const DISTINCT_ID: &str = "x-posthog-distinct-id";
/// The header with the id of the browser's session.
pub const SESSION_ID: &str = "x-posthog-session-id";

/// How many characters of a header's value are kept. PostHog's own SDKs use the same bound.
const MAX_CHARACTERS: usize = 1000;

/// How long posthog-js keeps a session without activity.
const SESSION_IDLE: Duration = Duration::minutes(30);

/// Ids that PostHog refuses to identify, because many clients send them by mistake.
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

/// A header's value, trimmed, without control characters and cut to 1,000 characters.
///
/// None if it is empty or not UTF-8.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| clean(std::str::from_utf8(value.as_bytes()).ok()?))
}

fn clean(text: &str) -> Option<String> {
    let text = text.trim();
    let is_clean = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if !text.is_empty() && text.len() <= MAX_CHARACTERS && text.bytes().all(is_clean) {
        return Some(text.to_owned());
    }
    let text: String = text
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

/// The distinct id in the header, unless PostHog would refuse it.
pub fn distinct_id(headers: &HeaderMap) -> Option<String> {
    read(headers, DISTINCT_ID).filter(|id| !is_refused(id))
}

/// The id of the browser's session, from the header or from posthog-js's cookie.
///
/// Only requests that a script makes have the header. With the cookie, page loads and form posts join the
/// session replay too.
pub fn session_id(headers: &HeaderMap, project_token: &str) -> Option<String> {
    read(headers, SESSION_ID).or_else(|| session_id_from_cookie(headers, project_token))
}

/// The name of the cookie in which posthog-js stores its state as JSON.
pub fn posthog_js_cookie(project_token: &str) -> String {
    format!("ph_{project_token}_posthog")
}

/// Whether a person sees the page, because the request is a `GET` and no prefetch.
pub fn is_page_view(method: &Method, headers: &HeaderMap) -> bool {
    let is_prefetch = ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .map(str::to_ascii_lowercase)
        .any(|value| value.contains("prefetch") || value.contains("preview"));
    method == Method::GET && !is_prefetch
}

/// posthog-js stores `$sesid: [last activity in ms, session id, start]` in its cookie.
fn session_id_from_cookie(headers: &HeaderMap, project_token: &str) -> Option<String> {
    if project_token.is_empty() {
        return None;
    }
    let name = posthog_js_cookie(project_token);
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    // Parsing is slow, so it is done only for this cookie.
    let value = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter(|cookie| cookie.trim_start().starts_with(&name))
        .filter_map(|cookie| Cookie::parse_encoded(cookie).ok())
        .find(|cookie| cookie.name() == name)?
        .value()
        .to_owned();
    let stored: Value = serde_json::from_str(&value).ok()?;
    let session = stored.get("$sesid")?;
    let last_activity = session.get(0)?.as_i64()?;
    let id: Uuid = session.get(1)?.as_str()?.parse().ok()?;
    let now = i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).ok()?;
    let idle = now.checked_sub(last_activity)?;
    // The browser's clock may be ahead of this one, so the last activity may seem to be in the future.
    (-SESSION_IDLE.whole_milliseconds()..=SESSION_IDLE.whole_milliseconds())
        .contains(&i128::from(idle))
        .then(|| id.to_string())
}
