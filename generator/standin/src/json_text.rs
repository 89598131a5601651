//! JSON that somebody wrote in an editor.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads JSON, with a byte order mark before it or without: editors on Windows write one, and `serde_json` knows none.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    serde_json::from_slice(text).map_err(|cause| cause.to_string())
}

/// The same for one object. `serde` alone would take a list for its fields in their order.
pub fn parse_object<T: DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    let object: Map<String, Value> = parse(text)?;
    serde_json::from_value(object.into()).map_err(|cause| cause.to_string())
}
