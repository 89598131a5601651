//! Short `$feature_flag_called` events, where PostHog asks for them.
//!
//! With `minimalFlagCalledEvents` in its answer, PostHog wants only a few properties on the reading of
//! a flag that belongs to no experiment. The SDK marks such an event, and drops every other property
//! when it writes the batch: after [`release_properties`] has put its own on. So that these arrive, the sender
//! shortens the event here, without the mark.

use chrono::NaiveDateTime;
use posthog_rs::Event;

use crate::property::GEOIP_DISABLE;
use crate::release_properties;

/// The properties that the SDK keeps. Source: `MINIMAL_FLAG_CALLED_EVENT_PROPERTIES` in posthog-rs 0.30.
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

/// The event as it is to be sent: shortened if it is marked, else unchanged.
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
    // Without the person's address PostHog would take this server's place for theirs.
    short
        .insert_prop(GEOIP_DISABLE, true)
        .expect("a boolean serializes");
    // The SDK shows these two only in an event that it serializes.
    let whole = serde_json::to_value(&event).expect("an event serializes");
    if let Some(Ok(uuid)) = whole["uuid"].as_str().map(str::parse) {
        short.set_uuid(uuid);
    }
    if let Some(Ok(at)) = whole["timestamp"].as_str().map(str::parse::<NaiveDateTime>) {
        // Only a clock that was set back makes it refuse: PostHog then takes the time of arrival.
        let _ = short.set_timestamp(at.and_utc());
    }
    short
}

/// The SDK shows its mark in the debug format only, after all other text. An event without a visible mark is sent
/// whole.
fn is_marked(event: &Event) -> bool {
    event.event_name() == "$feature_flag_called"
        && format!("{event:?}")
            .rsplit_once("minimal_flag_called: ")
            .is_some_and(|(_, mark)| mark.starts_with("true"))
}
