//! Who is who: the person behind a request, and the visitor cookie.
//!
//! Every visitor has a random id in a signed cookie from their first page on, so what they do before
//! they sign up can be joined to their account afterwards. The order is: signed-in user, presented
//! visitor cookie, tracing header, fresh visitor id. A header proves nothing: it never overrides the
//! first two, is never linked to anybody and never chooses whose flags apply.
//!
//! What stays open: an attacker who can plant a visitor cookie of their own in somebody's browser
//! (from a sibling subdomain, say; `__Host-` cookies prevent it on https) attaches that browser's
//! anonymous browsing to an id they know.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_cookies::Cookies;
use uuid::Uuid;

use super::{PostHog, context};
use crate::app::AppState;
use crate::auth::CurrentUser;
use crate::models::user;
use crate::request::RequestInfo;
use crate::session::AppSession;

/// The tracing headers that posthog-js and PostHog's other SDKs send.
pub const DISTINCT_ID_HEADER: &str = "x-posthog-distinct-id";
pub const SESSION_ID_HEADER: &str = "x-posthog-session-id";

/// Longest header value that is taken over, in characters (PostHog's own SDKs use the same bound).
const MAX_HEADER_CHARACTERS: usize = 1000;

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

/// The person whose events these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    User(Uuid),
    Visitor(Uuid),
    /// A client without cookies that named itself in a header.
    Header(String),
}

#[derive(Clone, Debug)]
pub struct Identity {
    pub person: Person,
    /// The visitor id that came with the request, or the fresh one that goes back with the answer.
    pub visitor_id: Uuid,
    pub opted_out: bool,
    /// Opted out by the browser's Global Privacy Control, which the footer's switch cannot undo.
    pub opt_out_forced: bool,
}

impl Person {
    pub fn distinct_id(&self) -> String {
        match self {
            Self::User(id) | Self::Visitor(id) => id.to_string(),
            Self::Header(id) => id.clone(),
        }
    }

    pub fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    /// For the log. What a header says may be anything, an e-mail address too.
    fn record(&self, span: &tracing::Span) {
        match self {
            Self::User(id) => span.record("user_id", tracing::field::display(id)),
            Self::Visitor(id) => span.record("visitor_id", tracing::field::display(id)),
            Self::Header(_) => span,
        };
    }
}

/// The layer that finds out who is there and hands [`CurrentUser`] and [`PostHog`] to the request.
pub async fn identify(
    State(state): State<AppState>,
    session: AppSession,
    cookies: Cookies,
    mut request: Request,
    next: Next,
) -> Response {
    // Where it cannot be found out, the error still carries the request it arose in.
    let (user, failed) = match session.load_user().await {
        Ok(user) => (user.map(Arc::new), None),
        Err(error) => (None, Some(error)),
    };
    let (identity, presented) = identity(&state, &cookies, user.as_deref(), request.headers());
    if identity.opted_out {
        if state.cookies.visitor.presented(&cookies) {
            state.cookies.visitor.delete(&cookies);
        }
    } else if user.is_none() && !presented && failed.is_none() {
        state
            .cookies
            .visitor
            .set(&cookies, identity.visitor_id.to_string());
    }

    identity.person.record(&tracing::Span::current());
    let context = context::of_request(&state.settings, &identity, &request);
    let info = RequestInfo::of(request.extensions());
    let page_view = request.method() == Method::GET && !is_prefetch(request.headers());
    let posthog = PostHog::new(
        state.posthog.clone(),
        identity,
        context.clone(),
        &info.id,
        user.clone(),
        page_view,
    );
    let extensions = request.extensions_mut();
    extensions.insert(context);
    extensions.insert(posthog.clone());
    if let Some(user) = user {
        extensions.insert(CurrentUser(user));
    }
    let mut response = match failed {
        None => next.run(request).await,
        Some(error) => error.into_response(),
    };
    if state.settings.development() {
        show_captured(&mut response, &posthog);
    }
    // For what stands outside and captures errors.
    response.extensions_mut().insert(posthog);
    response
}

/// What a script's request captured, for the panel that the page shows in development.
fn show_captured(response: &mut Response, posthog: &PostHog) {
    let captured = serde_json::to_string(&posthog.captured()).ok();
    if let Some(value) = captured.and_then(|captured| HeaderValue::from_str(&captured).ok()) {
        response.headers_mut().insert("x-captured", value);
    }
}

/// The identity, and whether its visitor id came with the request.
fn identity(
    state: &AppState,
    cookies: &Cookies,
    user: Option<&user::Model>,
    headers: &HeaderMap,
) -> (Identity, bool) {
    let presented: Option<Uuid> = state
        .cookies
        .visitor
        .get(cookies)
        .and_then(|value| value.parse().ok());
    let visitor_id = presented.unwrap_or_else(Uuid::new_v4);
    let person = match (user, presented) {
        (Some(user), _) => Person::User(user.id),
        (None, Some(id)) => Person::Visitor(id),
        (None, None) => match header(headers, DISTINCT_ID_HEADER).filter(|id| !is_refused(id)) {
            Some(id) => Person::Header(id),
            None => Person::Visitor(visitor_id),
        },
    };
    let respected = state.settings.posthog.respect_opt_out;
    let forced = respected && headers.get("sec-gpc").is_some_and(|value| value == "1");
    let chosen = respected
        && state
            .cookies
            .opt_out
            .get(cookies)
            .is_some_and(|value| value == "true");
    let identity = Identity {
        person,
        visitor_id,
        opted_out: forced || chosen,
        opt_out_forced: forced,
    };
    (identity, presented.is_some())
}

/// A tracing header: UTF-8 or absent, trimmed, without control characters, cut to 1,000 characters,
/// empty as if absent.
pub fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| clean(std::str::from_utf8(value.as_bytes()).ok()?))
}

fn clean(text: &str) -> Option<String> {
    let text: String = text
        .trim()
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_HEADER_CHARACTERS)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_refused(id: &str) -> bool {
    let bare = id.trim_matches(['"', '\'']).trim().to_lowercase();
    bare.is_empty() || REFUSED_IDS.contains(&bare.as_str())
}

/// A page that the browser fetches on a guess has not been seen by anybody.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|value| value.contains("prefetch") || value.contains("preview"))
}
