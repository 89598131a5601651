//! One event as it was sent, before any rule was applied.

use std::sync::Arc;

use serde_json::{Map, Value};

/// The older endpoints cut longer distinct ids to this many characters; v1 drops their events.
pub const LONGEST_DISTINCT_ID: usize = 200;

#[derive(Debug, Clone)]
pub struct Event {
    /// The project token of the request.
    pub token: Arc<str>,
    pub name: String,
    pub uuid: String,
    pub distinct_id: String,
    /// The time as the client wrote it; `None` if the client did not send a time.
    pub timestamp: Option<String>,
    pub properties: Map<String, Value>,
}

/// An event that an endpoint has accepted.
#[derive(Debug)]
pub struct Arrival {
    pub event: Event,
    /// The change that the endpoint made to it.
    pub adjusted: Option<Adjusted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjusted {
    /// The distinct id had this many characters.
    IdCut(usize),
    /// v1 makes no person for an id that many visitors would share.
    WithoutPerson,
}

impl Event {
    /// Sent with `$process_person_profile: false`: PostHog makes no person for it.
    pub fn personless(&self) -> bool {
        self.properties.get("$process_person_profile") == Some(&Value::Bool(false))
    }

    pub fn session_id(&self) -> Option<&str> {
        self.text("$session_id")
    }

    /// A property that is text and not empty.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.properties
            .get(property)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// A `$group_set` that is not an object.
    ///
    /// PostHog keeps the event and does not change the group (`upsertGroup` in its `process-groups-step.ts`). Older versions
    /// lost the batch.
    pub fn unusable_group_set(&self) -> Option<&Value> {
        let set = self.properties.get("$group_set")?;
        (self.name == "$groupidentify" && !set.is_null() && !set.is_object()).then_some(set)
    }

    /// A property that holds an object.
    pub fn object(&self, property: &str) -> Option<&Map<String, Value>> {
        self.properties.get(property).and_then(Value::as_object)
    }
}

/// Reads an id as the older endpoints and `/flags` do.
///
/// Any value but null becomes text, cut to 200 characters. Blank text is not an id.
pub fn distinct_id(value: &Value) -> Option<String> {
    read_id(value).map(|(id, _)| id)
}

/// Like [`distinct_id`], with the original length in characters if the id was cut.
///
/// It follows `extract_distinct_id_checked` in PostHog's `rust/common/types/src/event.rs`. Older versions cut silently.
pub fn read_id(value: &Value) -> Option<(String, Option<usize>)> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.replace('\0', "\u{fffd}"),
        other => other.to_string(),
    };
    let length = text.chars().count();
    if text.trim().is_empty() {
        None
    } else if length <= LONGEST_DISTINCT_ID {
        Some((text, None))
    } else {
        let cut = text.chars().take(LONGEST_DISTINCT_ID).collect();
        Some((cut, Some(length)))
    }
}

/// The key of a group: text, or a number as text. No other value identifies a group.
///
/// It follows `hashed_identifier` in PostHog's `flag_matching.rs` and `upsertGroup` in its `process-groups-step.ts`.
pub fn group_key(value: &Value) -> Option<String> {
    match value {
        Value::String(key) if !key.is_empty() => Some(key.replace('\0', "\u{fffd}")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
