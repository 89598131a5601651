//! `.env`, and what was answered when the app was generated.

use std::collections::HashMap;
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
    match dotenvy::from_path_iter(path) {
        Ok(lines) => lines.collect::<Result<_, _>>().map_err(|error| {
            SettingsError::new(vec![format!(".env: {}", describe_env_error(&error))])
        }),
        Err(error) if error.not_found() => Ok(HashMap::new()),
        Err(error) => Err(SettingsError::new(vec![format!(
            ".env: cannot be read: {error}"
        )])),
    }
}

/// The parser's own message quotes the line, which may hold a key.
fn describe_env_error(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(line, _) => {
            let name = line.split('=').next().unwrap_or_default().trim();
            format!(
                "the line that begins with {name:?} is not NAME=value; quote values that hold spaces"
            )
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
