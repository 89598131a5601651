//! The tracing headers of PostHog's SDKs, and posthog-js's cookie. A client can write anything into them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, Method};
use cookie::Cookie;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Names the person.
pub const DISTINCT_ID: &str = "x-posthog-distinct-id";
/// Names the browser's session.
pub const SESSION_ID: &str = "x-posthog-session-id";

/// Longest header value that is taken over, in characters (PostHog's own SDKs use the same bound).
const MAX_CHARACTERS: usize = 1000;

/// How long posthog-js keeps a session without activity.
const SESSION_IDLE: Duration = Duration::minutes(30);

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

/// The distinct id that a client names, unless PostHog would refuse it.
pub fn distinct_id(headers: &HeaderMap) -> Option<String> {
    read(headers, DISTINCT_ID).filter(|id| !is_refused(id))
}

/// The browser's session: from the header where a script made the request, else from posthog-js's
/// own cookie, so that page loads and form posts join the session replay too.
pub fn session_id(headers: &HeaderMap, project_token: &str) -> Option<String> {
    read(headers, SESSION_ID).or_else(|| session_id_from_cookie(headers, project_token))
}

/// The name of the cookie in which posthog-js keeps its state, as JSON. A client can write anything into it.
pub fn posthog_js_cookie(project_token: &str) -> String {
    format!("ph_{project_token}_posthog")
}

/// Whether a person sees the page: the request is a `GET`, and no prefetch.
pub fn is_page_view(method: &Method, headers: &HeaderMap) -> bool {
    let is_prefetch = ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .map(str::to_ascii_lowercase)
        .any(|value| value.contains("prefetch") || value.contains("preview"));
    method == Method::GET && !is_prefetch
}

/// posthog-js keeps `$sesid: [last activity in ms, session id, start]` in its cookie.
fn session_id_from_cookie(headers: &HeaderMap, project_token: &str) -> Option<String> {
    if project_token.is_empty() {
        return None;
    }
    let name = posthog_js_cookie(project_token);
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    let value = cookies
        .flat_map(Cookie::split_parse_encoded)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)?
        .value()
        .to_owned();
    let stored: Value = serde_json::from_str(&value).ok()?;
    let session = stored.get("$sesid")?;
    let last_activity = session.get(0)?.as_i64()?;
    let id: Uuid = session.get(1)?.as_str()?.parse().ok()?;
    let now = i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).ok()?;
    let idle = now.checked_sub(last_activity)?;
    // A clock that runs ahead a little is no reason to lose the session.
    (-SESSION_IDLE.whole_milliseconds()..=SESSION_IDLE.whole_milliseconds())
        .contains(&i128::from(idle))
        .then(|| id.to_string())
}
