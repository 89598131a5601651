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
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;
use tower_cookies::Cookies;
use uuid::Uuid;

use super::{PostHog, context, first_touch};
use crate::app::AppState;
use crate::auth::CurrentUser;
use crate::models::user;
use crate::request::RequestInfo;
use crate::session::AppSession;
use crate::visitor;

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
    let page_view = request.method() == Method::GET && !is_prefetch(request.headers());
    if identity.opted_out {
        state.cookies.forget_visitor(&cookies);
    } else if user.is_none() && failed.is_none() {
        remember_visitor(&state, &cookies, &identity, presented, page_view, &request);
    }

    identity.person.record(&tracing::Span::current());
    let context = context::of_request(&state.settings, &identity, &request);
    let info = RequestInfo::of(request.extensions());
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
    // For what stands outside and captures errors.
    response.extensions_mut().insert(posthog);
    response
}

/// Sets the visitor's cookies that are still missing: the id, and how they came here.
fn remember_visitor(
    state: &AppState,
    cookies: &Cookies,
    identity: &Identity,
    presented: bool,
    page_view: bool,
    request: &Request,
) {
    let ours = &state.cookies;
    let id = identity.visitor_id;
    if !presented {
        ours.visitor.set(cookies, id.to_string());
    }
    let first_page = !presented || !ours.first_touch.presented(cookies);
    if first_page && page_view && is_document(request.headers()) {
        let path_and_query = &RequestInfo::of(request.extensions()).path_and_query;
        let value = first_touch::cookie(&state.settings, path_and_query, request.headers(), id);
        ours.first_touch.set(cookies, value);
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
        .and_then(|value| visitor::read_id(&value, OffsetDateTime::now_utc()));
    let visitor_id = presented.unwrap_or_else(visitor::new_id);
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

/// Whether the browser asks for a page, not for a script's data or an icon. Some do not say.
fn is_document(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-dest")
        .is_none_or(|destination| destination == "document")
}

/// A page that the browser fetches on a guess has not been seen by anybody.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|value| value.contains("prefetch") || value.contains("preview"))
}
