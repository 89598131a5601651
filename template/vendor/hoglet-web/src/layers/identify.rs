//! The layer that says who is who: the person behind a request, and the visitor cookie.
//!
//! Every visitor has a random id in a signed cookie from their first page on, so what they do before
//! they sign up can be joined to their account afterwards. The order is: signed-in user, presented
//! visitor cookie, tracing header, fresh visitor id. A header proves nothing: it never overrides the
//! first two, is never linked to anybody and never chooses whose flags apply.
//!
//! What stays open: an attacker who can plant a visitor cookie of their own in somebody's browser
//! (from a sibling subdomain, say; `__Host-` cookies prevent it on https) attaches that browser's
//! anonymous browsing to an id they know.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use time::OffsetDateTime;
use tower_cookies::Cookies;
use uuid::Uuid;

use crate::jobs::behalf;
use crate::posthog::identity::{Identity, Subject};
use crate::posthog::tracker::PostHog;
use crate::posthog::{context, first_touch, headers};
use crate::request::RequestInfo;
use crate::session::signed_in::{SignedIn, Unreadable};
use crate::users::User;
use crate::visitor;
use crate::web::Web;
use futures_core::future::BoxFuture;

/// The layer that finds out who is there, and hands the request its [`PostHog`].
pub fn identify(
    State(web): State<Web>,
    cookies: Cookies,
    mut request: Request,
    next: Next,
) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let user = request.extensions().get::<SignedIn>();
        let user = user.map(|SignedIn(user)| user.clone());
        // Whose session could not be read may be a user, and is no new visitor.
        let unknown = request.extensions().get::<Unreadable>().is_some();
        let (identity, presented) = identity(&web, &cookies, user.as_deref(), request.headers());
        let page_view = request.method() == Method::GET && !is_prefetch(request.headers());
        if identity.opted_out {
            web.cookies.forget_visitor(&cookies);
        } else if user.is_none() && !unknown {
            remember_visitor(&web, &cookies, &identity, presented, page_view, &request);
        }

        identity.person.record(&tracing::Span::current());
        let context = context::of_request(&web.settings, &identity, &request);
        let context = (web.parts.event_properties)(context, &request);
        let info = RequestInfo::of(request.extensions());
        let posthog = PostHog::new(
            web.posthog.clone(),
            identity,
            context.clone(),
            Some(&info.id),
            user,
            page_view,
            info.has_token,
        );
        let extensions = request.extensions_mut();
        extensions.insert(context);
        extensions.insert(posthog.clone());
        let mut response = behalf::acting(posthog.clone(), next.run(request)).await;
        // For what stands outside and captures errors.
        response.extensions_mut().insert(posthog);
        response
    })
}

/// Sets the visitor's cookies that are still missing: the id, and how they came here.
fn remember_visitor(
    web: &Web,
    cookies: &Cookies,
    identity: &Identity,
    presented: bool,
    page_view: bool,
    request: &Request,
) {
    let ours = &web.cookies;
    let id = identity.visitor_id;
    if !presented {
        ours.visitor.set(cookies, id.to_string());
    }
    let first_page = !presented || !ours.first_touch.presented(cookies);
    if first_page && page_view && is_document(request.headers()) {
        let path_and_query = &RequestInfo::of(request.extensions()).path_and_query;
        let value = first_touch::cookie(
            &web.settings,
            &web.secret_paths,
            path_and_query,
            request.headers(),
            id,
        );
        ours.first_touch.set(cookies, value);
    }
}

/// The identity, and whether its visitor id came with the request.
fn identity(
    web: &Web,
    cookies: &Cookies,
    user: Option<&dyn User>,
    sent: &HeaderMap,
) -> (Identity, bool) {
    let presented: Option<Uuid> = web
        .cookies
        .visitor
        .get(cookies)
        .and_then(|value| visitor::read_id(&value, OffsetDateTime::now_utc()));
    let visitor_id = presented.unwrap_or_else(visitor::new_id);
    let person = match (user, presented) {
        (Some(user), _) => Subject::User(user.id()),
        (None, Some(id)) => Subject::Visitor(id),
        (None, None) => {
            match headers::read(sent, headers::DISTINCT_ID).filter(|id| !headers::is_refused(id)) {
                Some(id) => Subject::Header(id),
                None => Subject::Visitor(visitor_id),
            }
        }
    };
    let respected = web.settings.posthog.respect_opt_out;
    let forced = respected && sent.get("sec-gpc").is_some_and(|value| value == "1");
    let chosen = respected
        && web
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
        .map(str::to_ascii_lowercase)
        .any(|value| value.contains("prefetch") || value.contains("preview"))
}
