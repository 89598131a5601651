//! Reads JSON into events at the v1 endpoint.
//!
//! A wrong shape or uuid refuses the batch; any other mistake drops one event. The rules follow `validate_batch`,
//! `validate_events` and `RawOptions` in PostHog's `rust/capture/src/v1/analytics/process.rs` and `types.rs`.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::event::{Adjusted, Arrival, Event, LONGEST_DISTINCT_ID};
use crate::timestamp::is_rfc3339;
use crate::wire::refusal::Refusal;

const LONGEST_NAME: usize = 200;

/// v1 makes no person for these ids, in upper or lower case.
///
/// They are `ILLEGAL_DISTINCT_IDS` in PostHog's `constants.rs`. An older version dropped the event. The older endpoints have
/// a shorter list, and only refuse to merge its ids.
const WITHOUT_PERSON: [&str; 20] = [
    "0",
    "00000000-0000-0000-0000-000000000000",
    "[object object]",
    "anonymous",
    "anonymous-user",
    "backend",
    "distinct_id",
    "distinctid",
    "email",
    "false",
    "guest",
    "id",
    "nan",
    "none",
    "not_authenticated",
    "null",
    "system",
    "true",
    "undefined",
    "user",
];

#[derive(Deserialize)]
struct Batch {
    created_at: String,
    batch: Vec<Sent>,
}

/// An event as it is sent; other fields are ignored.
#[derive(Deserialize)]
pub struct Sent {
    event: String,
    pub uuid: String,
    distinct_id: String,
    timestamp: String,
    session_id: Option<String>,
    window_id: Option<String>,
    #[serde(default)]
    options: Value,
    #[serde(default = "no_properties")]
    properties: Value,
}

fn no_properties() -> Value {
    Value::Object(Map::new())
}

/// The events of a well-formed batch. Each has a different uuid.
pub fn batch(json: Value) -> Result<Vec<Sent>, Refusal> {
    let Batch {
        created_at,
        mut batch,
    } = serde_json::from_value(json)
        .map_err(|cause| Refusal::bad(format!("failed to parse request: {cause}")))?;
    if batch.is_empty() {
        return Err(Refusal::bad("request batch is empty"));
    }
    if !is_rfc3339(&created_at) {
        return Err(Refusal::bad(format!(
            "invalid batch: created_at is not valid RFC 3339: {created_at}"
        )));
    }
    let mut seen = HashSet::new();
    for event in &mut batch {
        let written = event.uuid.trim();
        if written.is_empty() {
            return Err(Refusal::bad("event submitted without a uuid"));
        }
        let uuid = Uuid::try_parse(written)
            .map_err(|_| Refusal::bad(format!("event submitted with invalid uuid: {written}")))?;
        if !seen.insert(uuid) {
            return Err(Refusal::bad(format!("duplicate event uuid: {written}")));
        }
        event.uuid = uuid.to_string();
    }
    Ok(batch)
}

/// One event, or the reason why it is dropped.
pub fn event(
    token: &Arc<str>,
    sent: Sent,
    sdk: &Map<String, Value>,
) -> Result<Arrival, &'static str> {
    let distinct_id = sent.distinct_id.trim();
    if sent.event.is_empty() {
        return Err("missing_event_name");
    }
    if sent.event.len() > LONGEST_NAME {
        return Err("event_name_too_long");
    }
    if distinct_id.is_empty() {
        return Err("missing_distinct_id");
    }
    if distinct_id.len() > LONGEST_DISTINCT_ID {
        return Err("distinct_id_too_large");
    }
    if !is_rfc3339(&sent.timestamp) {
        return Err("invalid_event_timestamp");
    }
    let Value::Object(mut properties) = sent.properties else {
        return Err("malformed_event_properties");
    };
    // v1 has fields outside `properties`, which PostHog turns into properties.
    for (property, value) in [
        ("$session_id", sent.session_id),
        ("$window_id", sent.window_id),
    ] {
        if let Some(value) = value {
            properties.insert(property.to_owned(), value.into());
        }
    }
    properties.extend(options(&sent.options).ok_or("invalid_options")?);
    properties.extend(sdk.clone());
    let without_person = WITHOUT_PERSON
        .iter()
        .any(|id| distinct_id.eq_ignore_ascii_case(id));
    if without_person {
        properties.insert("$process_person_profile".to_owned(), false.into());
    }
    let event = Event {
        token: Arc::clone(token),
        name: sent.event,
        uuid: sent.uuid,
        distinct_id: distinct_id.to_owned(),
        timestamp: Some(sent.timestamp),
        properties,
    };
    Ok(Arrival {
        event,
        adjusted: without_person.then_some(Adjusted::WithoutPerson),
    })
}

/// The options of v1 as properties; `None` if one has the wrong type.
fn options(options: &Value) -> Option<Map<String, Value>> {
    let options = match options {
        Value::Null => return Some(Map::new()),
        Value::Object(options) => options,
        _ => return None,
    };
    let mut properties = Map::new();
    for (option, property, read) in [
        (
            "cookieless_mode",
            "$cookieless_mode",
            boolean as fn(&Value) -> Option<Value>,
        ),
        ("disable_skew_correction", "$ignore_sent_at", boolean),
        ("process_person_profile", "$process_person_profile", boolean),
        ("product_tour_id", "$product_tour_id", text),
    ] {
        if let Some(value) = options.get(option).filter(|value| !value.is_null()) {
            properties.insert(property.to_owned(), read(value)?);
        }
    }
    Some(properties)
}

fn boolean(value: &Value) -> Option<Value> {
    let value = match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64()? != 0.0,
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        },
        _ => return None,
    };
    Some(value.into())
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string().into()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "intake_v1_tests.rs"]
mod tests;
