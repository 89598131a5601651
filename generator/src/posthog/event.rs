//! One event as it came off the wire, before any rule looked at it.

use std::sync::Arc;

use serde_json::{Map, Value};

/// PostHog cuts longer distinct ids to this many characters.
const LONGEST_DISTINCT_ID: usize = 200;

#[derive(Debug, Clone)]
pub struct Event {
    /// The project token it was sent with.
    pub token: Arc<str>,
    pub name: String,
    pub uuid: String,
    pub distinct_id: String,
    /// As the client wrote it; `None` when it left the time to PostHog.
    pub timestamp: Option<String>,
    pub properties: Map<String, Value>,
}

impl Event {
    /// Sent with `$process_person_profile: false`: PostHog makes no person for it.
    pub fn personless(&self) -> bool {
        self.properties.get("$process_person_profile") == Some(&Value::Bool(false))
    }

    pub fn session_id(&self) -> Option<&str> {
        self.text("$session_id")
    }

    /// A property that is a string and not empty.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.properties
            .get(property)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// The distinct id a property holds, read the way PostHog reads ids.
    pub fn id_in(&self, property: &str) -> Option<String> {
        self.properties.get(property).and_then(distinct_id)
    }
}

/// An id as PostHog takes it: anything but null becomes text, cut to 200 characters; empty is none.
pub fn distinct_id(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.replace('\0', "\u{fffd}"),
        other => other.to_string(),
    };
    (!text.is_empty()).then(|| text.chars().take(LONGEST_DISTINCT_ID).collect())
}
