//! One property of a request's context.

use posthog_rs::{Event, RequestContext};
use serde_json::Value;

/// Only events of signed-in users create a person. PostHog keeps the others under their distinct id, and gives them
/// to the user that the id is linked to later.
/// Source: <https://posthog.com/docs/data/anonymous-vs-identified-events>.
pub const PROCESS_PERSON_PROFILE: &str = "$process_person_profile";

/// PostHog does not look up where the event comes from. Without this, and without `$ip`, it takes this
/// server's place.
pub const GEOIP_DISABLE: &str = "$geoip_disable";

/// Adds one property. Text, numbers and booleans always become JSON.
pub fn property(context: RequestContext, name: &str, value: impl Into<Value>) -> RequestContext {
    context
        .property(name, value.into())
        .expect("a JSON value serializes")
}

/// Whether the context has this property. The SDK shows that only in an event.
pub fn says(context: &RequestContext, name: &str) -> bool {
    let mut event = Event::new("", "");
    context.apply_to_event(&mut event);
    event.properties().contains_key(name)
}
