//! A field of JSON.

use serde_json::Value;

use super::input::InputType;

/// The longest JSON, in bytes without spaces and line breaks.
const MAX_BYTES: usize = 100_000;

impl InputType for Value {
    type Value = Self;

    // Reading sorts the keys, which would surprise somebody who is typing them.
    const KEEPS_TYPED_TEXT: bool = true;

    fn read(typed: &str) -> Result<Self, String> {
        if typed.trim().is_empty() {
            return Err("Fill this in.".into());
        }
        let value: Self = serde_json::from_str(typed).map_err(|error| explained(&error))?;
        // A form shows the value with line breaks and indents. They do not count, or a stored value could be too
        // long for its own form.
        if value.to_string().len() > MAX_BYTES {
            return Err("Write at most 100,000 characters.".into());
        }
        match has_nul(&value) {
            true => Err("Remove \\u0000, which cannot be stored.".into()),
            false => Ok(value),
        }
    }

    fn write(value: &Self) -> String {
        format!("{value:#}")
    }
}

fn explained(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (reason, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    let (line, column) = (error.line(), error.column());
    format!("This is not JSON. Line {line}, column {column}: {reason}.")
}

/// Whether a string or a key contains NUL. PostgreSQL cannot store it.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(values) => values
            .iter()
            .any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}
