//! Shortens `$feature_flag_called` events, if PostHog asks for that.
//!
//! With `minimalFlagCalledEvents` in its answer, PostHog asks for only a few properties if a flag belongs to
//! no experiment. The SDK marks the event, and removes all other properties when it writes the batch. That is
//! after [`release_properties`] has added its own, so they would be lost. To keep them, `assembler` shortens
//! the event here instead and leaves out the mark.

use chrono::NaiveDateTime;
use posthog_rs::Event;

use crate::property::GEOIP_DISABLE;
use crate::release_properties;

/// The properties that the SDK keeps.
///
/// Source: `MINIMAL_FLAG_CALLED_EVENT_PROPERTIES` in posthog-rs 0.30.
const KEPT: &[&str] = &[
    "$feature_flag",
    "$feature_flag_response",
    "$feature_flag_has_experiment",
    "$feature_flag_id",
    "$feature_flag_version",
    "$feature_flag_reason",
    "$feature_flag_request_id",
    "$feature_flag_evaluated_at",
    "$feature_flag_error",
    "locally_evaluated",
    "$groups",
    "$process_person_profile",
    "$session_id",
    "$window_id",
    "$device_id",
    "$lib",
    "$lib_version",
    "$is_server",
    "$os",
    "$os_version",
];

/// The event, shortened if the SDK has marked it.
pub fn shortened(event: Event) -> Event {
    if !is_marked(&event) {
        return event;
    }
    let mut short = Event::new(event.event_name(), event.distinct_id());
    for (name, value) in event.properties() {
        if KEPT.contains(&name.as_str()) || release_properties::NAMES.contains(&name.as_str()) {
            short
                .insert_prop(name, value)
                .expect("a JSON value serializes");
        }
    }
    // The event has no `$ip`, so PostHog would take this server's location for the person's.
    short
        .insert_prop(GEOIP_DISABLE, true)
        .expect("a boolean serializes");
    // The SDK shows the id and the time only in a serialized event.
    let whole = serde_json::to_value(&event).expect("an event serializes");
    if let Some(Ok(uuid)) = whole["uuid"].as_str().map(str::parse) {
        short.set_uuid(uuid);
    }
    if let Some(Ok(at)) = whole["timestamp"].as_str().map(str::parse::<NaiveDateTime>) {
        // The SDK refuses the time only if the clock was set back. PostHog then uses the time of arrival.
        let _ = short.set_timestamp(at.and_utc());
    }
    short
}

/// Whether the SDK has marked the event.
///
/// The SDK shows the mark only in the debug format, after all other text. If it is not found there, the event
/// is sent whole.
fn is_marked(event: &Event) -> bool {
    event.event_name() == "$feature_flag_called"
        && format!("{event:?}")
            .rsplit_once("minimal_flag_called: ")
            .is_some_and(|(_, mark)| mark.starts_with("true"))
}
