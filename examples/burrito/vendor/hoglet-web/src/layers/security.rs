//! Layers for security: headers of every answer, and requests for other hosts or from other sites.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::refused;
use crate::chain::Next;
use crate::error::AppError;
use crate::media_type;
use crate::request::RequestInfo;
use crate::security::OwnPolicy;
use crate::settings::Settings;
use futures_core::future::BoxFuture;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Two years, as the preload lists of browsers require.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// The layer that sets security headers and refuses requests for other hosts.
///
/// It also redirects plain http to https.
pub fn headers(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let web = next.web().clone();
        let info = RequestInfo::of(request.extensions());
        let mut response = if let Some(refusal) = &info.refused {
            refused::answer(&web, &info, refusal)
        } else if let Some(address) = https_address(&web.settings, &info, request.method()) {
            Redirect::permanent(&address).into_response()
        } else {
            next.run(request).await
        };
        let own = response.extensions_mut().remove::<OwnPolicy>();
        let headers = response.headers_mut();
        let policy = own.map_or_else(
            || web.policy.header(&info.csp_nonce),
            |OwnPolicy(policy)| policy,
        );
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // posthog-js and the opt-out switch need the path; other sites get the origin only. From a path
        // with a token, even this app's pages get the origin only. Without the origin, a browser would
        // send a form with `Origin: null`. If it sends no `Sec-Fetch-Site`, such a form looks like
        // another site's.
        headers.insert(
            REFERRER_POLICY,
            HeaderValue::from_static(if info.has_token {
                "strict-origin"
            } else {
                "strict-origin-when-cross-origin"
            }),
        );
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
        if web.settings.https() {
            headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
        }
        if media_type::is(headers, "text/html")
            || headers.contains_key(SET_COOKIE)
            || info.has_token
        {
            // A page may show its user's data, and a cookie belongs to one browser.
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        response
    })
}

/// The https address of a page that was requested over plain http.
///
/// A form is not redirected, because it has already been sent in the clear. Health checks are not
/// redirected, because they come from inside.
fn https_address(settings: &Settings, info: &RequestInfo, method: &Method) -> Option<String> {
    let page = *method == Method::GET && !matches!(info.path.as_str(), "/livez" | "/readyz");
    let redirect = settings.https() && info.plain_http && page;
    redirect.then(|| format!("{}{}", settings.app_url(), info.sent.expose()))
}

/// The layer that refuses requests that change something and that a browser marks as coming from another site.
pub fn cross_site(request: Request, next: Next) -> BoxFuture<'static, Response> {
    let web = next.web().clone();
    next.run_in(&web.other_sites.refusing, request)
}

/// Restricts `ALLOWED_ORIGINS` to `/api/`: those front ends may not send other forms.
pub fn api_only(request: Request, next: Next) -> BoxFuture<'static, Response> {
    let settings = &next.web().settings;
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let origin = request.headers().get(ORIGIN);
    let mut elsewhere = settings.allowed_origins.iter();
    let from_elsewhere = elsewhere.any(|allowed| {
        origin.is_some_and(|origin| origin == allowed.as_str()) && *allowed != settings.app_url()
    });
    let info = RequestInfo::of(request.extensions());
    if from_elsewhere && !reads && !info.path.starts_with("/api/") {
        return Box::pin(async { AppError::new(StatusCode::FORBIDDEN, "").into_response() });
    }
    next.run(request)
}

/// The layer that lets the front ends of `ALLOWED_ORIGINS` call `/api/`.
pub fn cross_origin(request: Request, next: Next) -> BoxFuture<'static, Response> {
    let web = next.web().clone();
    match &web.other_sites.allowing {
        Some(layer) => next.run_in(layer, request),
        None => next.run(request),
    }
}
