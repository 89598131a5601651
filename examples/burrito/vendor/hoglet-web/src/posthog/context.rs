//! What every event of a request carries.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, USER_AGENT};
use posthog_rs::RequestContext;
use posthog_rs::tower::PostHogLayer;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use tower_cookies::cookie::Cookie;
use uuid::Uuid;

use super::headers as tracing_headers;
use super::identity::Identity;
use super::property::{PROCESS_PERSON_PROFILE, property};
use super::urls;
use crate::request::RequestInfo;
use crate::settings::Settings;

/// How long posthog-js keeps a session without activity.
const SESSION_IDLE: Duration = Duration::minutes(30);

/// The layer that keeps the context beside the task that handles the request, for all that uses the
/// SDK itself.
pub fn layer() -> PostHogLayer {
    PostHogLayer::new()
}

/// The context for `PostHogLayer`, which keeps it beside the task that handles the request.
pub fn of_request(settings: &Settings, identity: &Identity, request: &Request) -> RequestContext {
    let info = RequestInfo::of(request.extensions());
    let headers = request.headers();
    let mut context = RequestContext::new().distinct_id(identity.person.distinct_id());
    let url = format!("{}{}", settings.app_url(), info.path_and_query);
    // A client writes what it likes, and each of its events is to be small.
    let cut = |text| urls::cut(text, urls::MAX_CHARACTERS);
    let path = cut(&info.path);
    context = property(context, "$current_url", urls::safe(&url));
    context = property(context, "$host", settings.app_host());
    context = property(context, "$pathname", path);
    context = property(context, "$request_method", cut(request.method().as_str()));
    context = property(context, "$request_path", path);
    context = property(context, "$ip", info.ip.to_string());
    if let Some(agent) = tracing_headers::read(headers, USER_AGENT.as_str()) {
        context = property(context, "$raw_user_agent", agent.as_str());
        context = property(context, "$user_agent", agent);
    }
    if let Some(session_id) = session_id(headers, &settings.posthog.project_token) {
        context = context.session_id(session_id);
    }
    if !identity.person.is_user() {
        context = property(context, PROCESS_PERSON_PROFILE, false);
    }
    context
}

/// The browser's session: from the header where a script made the request, else from posthog-js's
/// own cookie, so that page loads and form posts join the session replay too.
fn session_id(headers: &HeaderMap, project_token: &str) -> Option<String> {
    tracing_headers::read(headers, tracing_headers::SESSION_ID)
        .or_else(|| session_id_from_cookie(headers, project_token))
}

/// The cookie in which posthog-js keeps what it remembers, as JSON. Anybody may have written it.
pub fn posthog_js_cookie(project_token: &str) -> String {
    format!("ph_{project_token}_posthog")
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
