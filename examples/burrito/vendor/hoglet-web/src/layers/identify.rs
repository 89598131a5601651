//! The layer that finds the identity of a request, and sets the visitor cookie.
//!
//! Every visitor has a random id in a signed cookie from their first page on. So their events before the
//! sign-up can be joined to their account.
//!
//! The order is: signed-in user, presented visitor cookie, tracing header, fresh visitor id. A header proves
//! nothing: it never overrides the first two, is never linked to a user and never chooses whose flags apply.
//!
//! Known limitation: an attacker may be able to plant a visitor cookie of their own in another browser, for
//! example from a sibling subdomain. Then that browser's anonymous events belong to an id that the attacker
//! knows. On https, `__Host-` cookies prevent this.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_core::future::BoxFuture;
use time::OffsetDateTime;
use tower_cookies::Cookies;
use uuid::Uuid;

use crate::actor::Actor;
use crate::chain::Next;
use crate::cookies;
use crate::posthog::{
    Address, DistinctId, Identity, OptOut, PostHog, RequestDetails, first_touch, headers,
};
use crate::request::RequestInfo;
use crate::session::signed_in::{SignedIn, Unreadable};
use crate::users::User;
use crate::visitor;
use crate::web::Web;

/// The layer that finds the identity of a request, and adds a [`PostHog`] to it.
pub fn identify(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let web = next.web();
        let cookies = cookies::of(request.extensions());
        let user = request.extensions().get::<SignedIn>();
        let user = user.map(|SignedIn(user)| user.clone());
        // If the session could not be read, this may be a user's request, so no visitor cookie is set.
        let unknown = request.extensions().get::<Unreadable>().is_some();
        let (identity, presented) = identity(web, &cookies, user.as_deref(), request.headers());
        if identity.opted_out() {
            web.cookies.forget_visitor(&cookies);
        } else if user.is_none() && !unknown {
            remember_visitor(web, &cookies, &identity, presented, &request);
        }

        identity.distinct_id.record(&tracing::Span::current());
        let properties = (web.parts.event_properties)(&request);
        let info = RequestInfo::of(request.extensions());
        let details = RequestDetails {
            id: Some(&info.id),
            method: request.method(),
            origin: &web.app_url,
            host: &web.app_host,
            path: &info.path,
            path_and_query: &info.path_and_query,
            address: match info.has_token {
                true => Address::Secret,
                false => Address::Plain,
            },
            ip: Some(info.ip),
            headers: request.headers(),
        };
        let person = user.map(|user| user as _);
        let posthog = PostHog::of_request(&web.posthog, identity, person, &details, properties);
        request.extensions_mut().insert(posthog.clone());
        let jobs = web.jobs.acting_for(Actor::of(&posthog).stored());
        request.extensions_mut().insert(jobs);
        let mut response = next.run(request).await;
        // The outer layers that capture errors use it.
        response.extensions_mut().insert(posthog);
        response
    })
}

/// The layer that gives the request's context to posthog-rs, for code that calls it directly.
pub fn context(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let posthog = PostHog::of(request.extensions());
        posthog.in_context(next.run(request)).await
    })
}

/// Sets the visitor's cookies that are still missing: the id, and the first touch.
fn remember_visitor(
    web: &Web,
    cookies: &Cookies,
    identity: &Identity,
    presented: bool,
    request: &Request,
) {
    let ours = &web.cookies;
    let id = identity.visitor_id;
    if !presented {
        ours.visitor.set(cookies, id.to_string());
    }
    let sent = request.headers();
    let first_page = !presented || !ours.first_touch.presented(cookies);
    if first_page && headers::is_page_view(request.method(), sent) && is_document(sent) {
        let path_and_query = &RequestInfo::of(request.extensions()).path_and_query;
        let value = first_touch::cookie(
            &web.app_host,
            &|address| web.secret_paths.masked_address(address).into_owned(),
            path_and_query,
            sent,
            id,
        );
        // The value is empty in a build without PostHog.
        if !value.is_empty() {
            ours.first_touch.set(cookies, value);
        }
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
    let distinct_id = match (user, presented) {
        (Some(user), _) => DistinctId::User(user.id().to_string()),
        (None, Some(id)) => DistinctId::Visitor(id),
        (None, None) => match headers::distinct_id(sent) {
            Some(id) => DistinctId::Header(id),
            None => DistinctId::Visitor(visitor_id),
        },
    };
    let settings = &web.settings.posthog;
    let chosen = || web.cookies.opt_out.get(cookies).as_deref() == Some("true");
    let opt_out = if !settings.respect_opt_out {
        OptOut::No
    } else if sent.get("sec-gpc").is_some_and(|value| value == "1") {
        OptOut::Forced
    } else if chosen() {
        OptOut::Chosen
    } else {
        OptOut::No
    };
    let identity = Identity {
        distinct_id,
        visitor_id,
        session_id: headers::session_id(sent, &settings.project_token),
        opt_out,
    };
    (identity, presented.is_some())
}

/// Whether the browser requests a page, not a script's data or an icon. Some browsers do not tell.
fn is_document(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-dest")
        .is_none_or(|destination| destination == "document")
}
