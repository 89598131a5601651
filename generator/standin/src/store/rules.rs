//! PostHog's rules for single events.

use serde_json::Value;

use crate::event::{Event, group_key};
use crate::warnings::kind::WarningKind;

const LONGEST_GROUP_KEY: usize = 400;

/// Whether an event links ids or changes the properties of a person.
pub fn about_people(event: &Event) -> bool {
    let name = event.name.as_str();
    let says = |keys: &[&str]| keys.iter().any(|key| event.properties.contains_key(*key));
    !event.personless()
        && (matches!(
            name,
            "$create_alias" | "$merge_dangerously" | "$groupidentify"
        ) || says(&["$anon_distinct_id", "$set", "$set_once", "$unset"]))
}

/// The reason why PostHog drops an event before it changes anything.
///
/// It follows PostHog's `validate-event-properties.ts` and `handle-client-ingestion-warning-step.ts`.
pub fn dropped(event: &Event) -> Option<(WarningKind, String)> {
    match event.name.as_str() {
        "$groupidentify" => {
            let length = event
                .properties
                .get("$group_key")
                .and_then(group_key)?
                .chars()
                .count();
            (length > LONGEST_GROUP_KEY).then(|| {
                let detail = format!("a `$group_key` has {length} characters");
                (WarningKind::GroupKeyTooLong, detail)
            })
        }
        "$$client_ingestion_warning" => {
            let message = event.properties.get("$$client_ingestion_warning_message");
            let message = match message {
                Some(Value::String(message)) => message.clone(),
                Some(other) => other.to_string(),
                None => "without a message".to_owned(),
            };
            Some((
                WarningKind::ClientIngestionWarning,
                message.chars().take(400).collect(),
            ))
        }
        _ => None,
    }
}
