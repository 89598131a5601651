//! Reads JSON into events, with the checks and the error texts of PostHog's older endpoints.
//!
//! These accept three shapes (a batch, a list, one event), and refuse the whole request for one bad event.
//! [`super::intake_v1`] is for the newer endpoint.

use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::event::{Adjusted, Arrival, Event, read_id};
use crate::wire::refusal::Refusal;

/// The longest text that can be a token. PostHog's own tokens have 47 characters.
const LONGEST_TOKEN: usize = 64;

/// `/batch`, `/e`, `/capture`, `/track`, `/i/v0/e`.
pub fn events(json: Value) -> Result<Vec<Arrival>, Refusal> {
    let (token, items) = match json {
        Value::Array(items) => (None, items),
        Value::Object(mut batch) if batch.contains_key("batch") => {
            let token = token_of(&batch).map(str::to_owned);
            match batch.remove("batch") {
                Some(Value::Array(items)) => (token, items),
                _ => {
                    return Err(Refusal::bad(
                        "failed to parse request: `batch` is not a list",
                    ));
                }
            }
        }
        one => (None, vec![one]),
    };
    if items.is_empty() {
        return Err(Refusal::bad("request holds no event"));
    }
    let token = match token {
        Some(token) => token,
        None => common_token(&items)?,
    };
    let token: Arc<str> = check_token(&token)?.into();
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            event(&token, item)
                .map_err(|reason| Refusal::bad(format!("{reason} (event {})", index + 1)))
        })
        .collect()
}

fn event(token: &Arc<str>, item: Value) -> Result<Arrival, String> {
    let Value::Object(mut item) = item else {
        return Err("failed to parse request: the event is not an object".to_owned());
    };
    check_types(&item)?;
    let name = match item.remove("event") {
        Some(Value::String(name)) if !name.is_empty() => name,
        Some(Value::String(_)) => return Err("event submitted with an empty event name".to_owned()),
        _ => return Err("failed to parse request: missing field `event`".to_owned()),
    };
    let mut properties = match item.remove("properties") {
        Some(Value::Object(properties)) => properties,
        None => Map::new(),
        Some(_) => return Err("failed to parse request: `properties` is not an object".to_owned()),
    };
    let id = ["distinct_id", "$distinct_id"]
        .iter()
        .find_map(|field| item.remove(*field).filter(|id| !id.is_null()))
        .or_else(|| properties.get("distinct_id").cloned())
        .ok_or("event submitted without a distinct_id")?;
    let (distinct_id, cut_from) = read_id(&id).ok_or(match id {
        Value::Null => "event submitted without a distinct_id",
        _ => "event submitted with an empty distinct_id",
    })?;
    // As in `sanitizeEvent` in PostHog's `nodejs/src/utils/event.ts`: both objects count, and the outer one wins.
    for field in ["$set", "$set_once"] {
        if let Some(Value::Object(outside)) = item.remove(field) {
            match properties.get_mut(field) {
                Some(Value::Object(inside)) => inside.extend(outside),
                _ => drop(properties.insert(field.to_owned(), outside.into())),
            }
        }
    }
    let uuid = match item.remove("uuid") {
        Some(Value::String(uuid)) if !uuid.is_empty() => uuid,
        _ => Uuid::now_v7().to_string(),
    };
    let timestamp = match item.remove("timestamp") {
        Some(Value::String(timestamp)) => Some(timestamp),
        _ => None,
    };
    let event = Event {
        token: Arc::clone(token),
        name,
        uuid,
        distinct_id,
        timestamp,
        properties,
    };
    Ok(Arrival {
        event,
        adjusted: cut_from.map(Adjusted::IdCut),
    })
}

/// Refuses a field whose type does not fit PostHog's `RawEvent` (`rust/common/types/src/event.rs`). Null counts as missing.
fn check_types(item: &Map<String, Value>) -> Result<(), String> {
    type Check = fn(&Value) -> bool;
    let checks: [(&str, Check, &str); 7] = [
        ("uuid", is_uuid, "a UUID"),
        ("timestamp", Value::is_string, "text"),
        ("offset", Value::is_i64, "a whole number"),
        ("$set", Value::is_object, "an object"),
        ("$set_once", Value::is_object, "an object"),
        ("token", Value::is_string, "text"),
        ("api_key", Value::is_string, "text"),
    ];
    let wrong = checks.into_iter().find(|(field, fits, _)| {
        item.get(*field)
            .is_some_and(|value| !value.is_null() && !fits(value))
    });
    match wrong {
        Some((field, _, wanted)) => Err(format!(
            "failed to parse request: `{field}` is not {wanted}"
        )),
        None => Ok(()),
    }
}

/// Whether the value is a UUID. An empty text counts as missing and passes.
fn is_uuid(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.is_empty() || Uuid::try_parse(text).is_ok())
}

/// The token of a batch, a `/flags` request or an event, under any of the names that clients use.
pub fn token_of(object: &Map<String, Value>) -> Option<&str> {
    ["api_key", "token", "$token"]
        .iter()
        .find_map(|field| object.get(*field).and_then(Value::as_str))
        .or_else(|| object.get("properties")?.get("token")?.as_str())
}

/// Refuses a text that cannot be a project token.
///
/// A token that belongs to no project passes, as at PostHog.
pub fn check_token(token: &str) -> Result<&str, Refusal> {
    let token = token.trim();
    let reason = if token.is_empty() {
        "empty"
    } else if token.starts_with("phx_") {
        "personal_api_key"
    } else if token.len() > LONGEST_TOKEN {
        "too_long"
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        "not_ascii"
    } else {
        return Ok(token);
    };
    Err(Refusal::unauthorized(format!(
        "API key is not valid: {reason}"
    )))
}

fn common_token(items: &[Value]) -> Result<String, Refusal> {
    let mut tokens = items.iter().map(|item| item.as_object().and_then(token_of));
    let first = tokens
        .next()
        .flatten()
        .ok_or_else(|| Refusal::unauthorized("event submitted without an api_key"))?;
    if tokens.any(|token| token != Some(first)) {
        return Err(Refusal::unauthorized(
            "batch submitted with inconsistent api_key values",
        ));
    }
    Ok(first.to_owned())
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
