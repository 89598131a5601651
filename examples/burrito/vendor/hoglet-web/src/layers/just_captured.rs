//! The layer behind the panel "Just captured", which development shows on every page.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::Response;

use crate::chain::Next;
use crate::cookies;
use crate::media_type;
use crate::posthog::PostHog;
use crate::posthog::panel::{decode, encode};
use crate::request::RequestInfo;
use futures_core::future::BoxFuture;

/// The layer that keeps the captured events for the page after a redirect. In development only.
pub fn just_captured(request: Request, next: Next) -> BoxFuture<'static, Response> {
    if !next.web().settings.development() {
        return next.run(request);
    }
    Box::pin(async move {
        let web = next.web().clone();
        let cookies = cookies::of(request.extensions());
        let posthog = PostHog::of(request.extensions());
        let cookie = &web.cookies.captured;
        let info = RequestInfo::of(request.extensions());
        let carried = cookie.get(&cookies).filter(|_| !info.wants_json);
        let before = carried.map(|value| decode(&value)).unwrap_or_default();
        let name = format!("{} {}", request.method(), info.path);
        posthog.panel().begin(name, before);

        let mut response = next.run(request).await;
        let captured = posthog.captured();
        if response.status().is_redirection() {
            if !captured.is_empty() {
                cookie.set(&cookies, encode(&captured));
            }
        } else if media_type::is(response.headers(), "text/html") && cookie.presented(&cookies) {
            cookie.delete(&cookies);
        }
        let json = serde_json::to_string(&captured).ok();
        if let Some(value) = json.and_then(|json| HeaderValue::from_str(&json).ok()) {
            response.headers_mut().insert("x-captured", value);
        }
        response
    })
}
