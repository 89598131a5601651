//! One property of a request's context.

use posthog_rs::{Event, RequestContext};
use serde::Serialize;

/// Whether an event creates a person. Only events of signed-in users do.
///
/// PostHog stores the others under their distinct id. If the id is linked to a user later, the user gets
/// them.
/// Source: <https://posthog.com/docs/data/anonymous-vs-identified-events>.
pub const PROCESS_PERSON_PROFILE: &str = "$process_person_profile";

/// Turns off PostHog's look-up of the event's location.
///
/// An event without this property and without `$ip` would get the location of this server.
pub const GEOIP_DISABLE: &str = "$geoip_disable";

/// Adds one property: a text, a number, a boolean or a JSON value, which always become JSON.
pub fn property(context: RequestContext, name: &str, value: impl Serialize) -> RequestContext {
    context
        .property(name, value)
        .expect("a JSON value serializes")
}

/// Whether the context has this property. The SDK shows a context's properties only in an event.
pub fn has_property(context: &RequestContext, name: &str) -> bool {
    let mut event = Event::new("", "");
    context.apply_to_event(&mut event);
    event.properties().contains_key(name)
}
