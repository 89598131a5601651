//! Turns a value that serializes into properties by name.

use std::any::type_name;

use serde::Serialize;
use serde_json::{Map, Value};

/// The fields of a struct, or the entries of a map, as properties.
///
/// The shape of a value is known only at run time. If a value has no names or cannot be serialized, this logs
/// an error and returns no properties.
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use super::*;

    #[derive(Serialize)]
    struct OrderCancelled(u32);

    #[test]
    fn a_shape_without_names_is_an_error_in_the_log_that_names_the_type_and_the_remedy() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let log = file.reopen().expect("the same file");
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(Mutex::new(log))
            .finish();
        let properties = tracing::subscriber::with_default(subscriber, || of(&OrderCancelled(7)));
        assert!(properties.is_empty());

        let log = fs::read_to_string(file.path()).expect("the log is text");
        assert!(log.contains("ERROR"), "{log}");
        assert!(log.contains("::OrderCancelled"), "{log}");
        assert!(log.contains("named fields"), "{log}");
    }
}
