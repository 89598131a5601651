//! `.env`, and what was answered when the app was generated.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::reader::SettingsError;

/// `.env` is a convenience of development: a server's variables come from the server.
pub fn env_file_applies() -> bool {
    std::env::var("APP_ENV").map_or(true, |value| value.is_empty() || value == "development")
}

/// The variables of an `.env` file; none, where there is no such file.
///
/// # Errors
///
/// Where it cannot be read, or a line is not `NAME=value`.
pub fn read_env_file(path: &Path) -> Result<HashMap<String, String>, SettingsError> {
    let error = |reason| SettingsError::new(vec![format!(".env: {reason}")]);
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
        Err(cause) => return Err(error(format!("cannot be read: {cause}"))),
    };
    dotenvy::from_read_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|cause| error(describe_env_error(&text, &cause)))
}

/// The parser's own message quotes the line or its value, which may be a key: so only the line's
/// number is told.
fn describe_env_error(text: &str, error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(part, _) => {
            let place = text.lines().position(|line| line.contains(part.trim()));
            let number = place.map_or(1, |index| index + 1);
            format!("line {number} is not NAME=value; quote values that hold spaces")
        }
        other => format!("cannot be read: {other}"),
    }
}

/// The variables in a text of the same form, which the app carries.
///
/// # Panics
///
/// Where a line is not `NAME=value`: the app was built with it.
pub fn defaults(text: &str) -> HashMap<String, String> {
    dotenvy::from_read_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .expect("defaults.env holds NAME=value lines")
}
