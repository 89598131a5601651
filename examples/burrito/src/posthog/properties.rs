//! What every event of a request carries, besides what PostHog's SDKs tell by themselves.

use axum::extract::Request;
use posthog_rs::RequestContext;

/// Add properties with `context.property("plan", "team")`. All that layers have left with the request
/// can be read here: `signed_in::user(request.extensions())` is its user.
pub fn event_properties(context: RequestContext, _request: &Request) -> RequestContext {
    context
}
