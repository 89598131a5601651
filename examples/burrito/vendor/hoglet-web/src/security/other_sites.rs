//! Requests that a browser sends for pages of other sites: which ones are refused, and which are allowed.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::error::AppError;
use crate::posthog::headers as tracing_headers;
use crate::settings::Settings;

/// Decides about requests that a browser sends for pages of other sites.
pub struct OtherSites {
    /// Refuses requests that change something and that a browser marks as coming from another site.
    pub refusing: CsrfLayer<fn(ProtectionError) -> Response>,
    /// Lets the front ends of `ALLOWED_ORIGINS` call `/api/` with credentials and tracing headers.
    pub allowing: Option<CorsLayer>,
}

impl OtherSites {
    /// Reads the app's own origin, and `ALLOWED_ORIGINS`.
    pub fn new(settings: &Settings) -> Self {
        Self {
            refusing: refusing(settings),
            allowing: allowing(settings),
        }
    }
}

fn refusing(settings: &Settings) -> CsrfLayer<fn(ProtectionError) -> Response> {
    let trusted = settings
        .allowed_origins
        .iter()
        .cloned()
        .chain([settings.app_url()]);
    let layer = trusted.fold(CsrfLayer::new(), |layer, origin| {
        layer
            .add_trusted_origin(&origin)
            .expect("settings hold valid origins")
    });
    layer.with_rejection_response(refuse as fn(ProtectionError) -> Response)
}

fn refuse(_: ProtectionError) -> Response {
    AppError::new(StatusCode::FORBIDDEN, "").into_response()
}

fn allowing(settings: &Settings) -> Option<CorsLayer> {
    let origins = settings.allowed_origins.clone();
    if origins.is_empty() {
        return None;
    }
    let allowed = move |origin: &HeaderValue, parts: &axum::http::request::Parts| {
        parts.uri.path().starts_with("/api/")
            && origins.iter().any(|allowed| origin == allowed.as_str())
    };
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            ACCEPT,
            CONTENT_TYPE,
            HeaderName::from_static(tracing_headers::DISTINCT_ID),
            HeaderName::from_static(tracing_headers::SESSION_ID),
        ])
        .expose_headers([HeaderName::from_static("x-request-id")]);
    Some(layer)
}
