//! One property of a request's context.

use posthog_rs::RequestContext;
use serde_json::Value;

/// Events of anybody but a signed-in user make no person: PostHog keeps them under their id and
/// gives them to the user that the id is linked to later.
/// Source: <https://posthog.com/docs/data/anonymous-vs-identified-events>.
pub const PROCESS_PERSON_PROFILE: &str = "$process_person_profile";

/// Adds one property. Text, numbers and booleans always become JSON.
pub fn property(context: RequestContext, name: &str, value: impl Into<Value>) -> RequestContext {
    context
        .property(name, value.into())
        .expect("a JSON value serializes")
}
