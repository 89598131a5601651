//! JSON that was written in an editor.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads JSON, with or without a byte order mark.
///
/// Some editors on Windows write this mark, and `serde_json` refuses it.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    serde_json::from_slice(text).map_err(|cause| cause.to_string())
}

/// Reads JSON that must be an object. `serde` alone would accept a list of the fields too.
pub fn parse_object<T: DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    let object: Map<String, Value> = parse(text)?;
    serde_json::from_value(object.into()).map_err(|cause| cause.to_string())
}
