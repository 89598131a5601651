//! From what an app says, in any shape, to properties by name.

use std::any::type_name;

use serde::Serialize;
use serde_json::{Map, Value};

/// The fields of a struct, or the entries of a map, as properties.
///
/// Serde tells only now what shape a value has. One without names has no properties, and neither has
/// one that cannot be serialized: the log says so, and whoever captured it goes on.
pub fn of<T: Serialize>(value: &T) -> Map<String, Value> {
    let problem = match serde_json::to_value(value) {
        Ok(Value::Object(properties)) => return properties,
        // `struct OrderCancelled;`
        Ok(Value::Null) => return Map::new(),
        Ok(_) => "it has no named fields".to_owned(),
        Err(error) => error.to_string(),
    };
    tracing::error!(
        of = type_name::<T>(),
        problem,
        "sent without properties: make it a struct with named fields, or a map from text to values"
    );
    Map::new()
}
