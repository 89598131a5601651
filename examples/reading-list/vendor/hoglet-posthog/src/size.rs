//! The size of an event: at least its size as JSON, and about its size in memory.

use posthog_rs::Event;
use serde_json::{Map, Value};

/// A uuid, a time, and what the SDK adds.
const ENVELOPE_BYTES: usize = 200;

pub fn of_event(event: &Event) -> usize {
    let properties = event.properties().iter();
    let properties: usize = properties.map(|(name, value)| of_entry(name, value)).sum();
    ENVELOPE_BYTES + event.event_name().len() + event.distinct_id().len() + properties
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 4,
        Value::Number(_) => 1,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => 2 + items.iter().map(|item| of_value(item) + 1).sum::<usize>(),
        Value::Object(map) => 2 + of_map(map),
    }
}

fn of_map(map: &Map<String, Value>) -> usize {
    map.iter().map(|(name, value)| of_entry(name, value)).sum()
}

fn of_entry(name: &str, value: &Value) -> usize {
    name.len() + 4 + of_value(value)
}
