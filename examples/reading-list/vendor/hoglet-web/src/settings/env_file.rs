//! The file `.env`, and the defaults from the answers to the generator.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::env_text;
use super::reader::SettingsError;

/// Whether `.env` is read: only in development. On a server, real variables configure the app.
pub fn env_file_applies() -> bool {
    let environment = std::env::var_os("APP_ENV").unwrap_or_default();
    matches!(environment.to_string_lossy().trim(), "" | "development")
}

/// A variable of the process, even if it is empty, or else of `.env`.
pub fn variable(name: &str, file: &HashMap<String, String>) -> Option<OsString> {
    std::env::var_os(name).or_else(|| file.get(name).map(OsString::from))
}

/// The variables of an `.env` file. A missing file has none.
///
/// # Errors
///
/// If the file cannot be read, or a line is not `NAME=value`.
pub fn read_env_file(path: &Path) -> Result<HashMap<String, String>, SettingsError> {
    let error = |reason| SettingsError::new(vec![format!(".env: {reason}")]);
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
        Err(cause) => return Err(error(format!("cannot be read: {cause}"))),
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| error("is not UTF-8 text; save it with that encoding".to_owned()))?;
    env_text::parse(&text).map_err(|line| error(line.to_string()))
}

/// The variables of `defaults.env`, which is compiled into the app.
///
/// # Panics
///
/// If a line is not `NAME=value`.
pub fn defaults(text: &str) -> HashMap<String, String> {
    env_text::parse(text).expect("defaults.env holds NAME=value lines")
}
