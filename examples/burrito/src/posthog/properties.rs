//! What every event of a request carries, besides what PostHog's SDKs tell by themselves.

use axum::extract::Request;
use posthog_rs::RequestContext;

/// `property(context, "shop", "berlin")`, from `hoglet_web::posthog::property`, adds one. What
/// layers have left with the request can be read here: `signed_in::user(request.extensions())` is
/// its user.
pub fn event_properties(context: RequestContext, _request: &Request) -> RequestContext {
    context
}
