//! Makes a `SECRET_KEY` for development at the first start.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use crate::settings::env_file::{env_file_applies, read_env_file};
use crate::settings::secret_key::new_secret_key;

/// Adds a key to `.env` if there is none, and returns a message. In development only: the operator of a
/// server sets its key.
pub fn make_for_development() -> Option<String> {
    if !env_file_applies() || std::env::var_os("SECRET_KEY").is_some_and(|key| !key.is_empty()) {
        return None;
    }
    let path = Path::new(".env");
    // An unreadable file is reported with the settings.
    let present = read_env_file(path).ok()?;
    if must_not_change(&present) {
        return None;
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let separator = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let line = format!("{separator}SECRET_KEY={}\n", new_secret_key());
    match append(path, &line) {
        Ok(()) => Some("wrote a fresh SECRET_KEY to .env; keep that file out of git".into()),
        Err(error) => Some(format!(
            "could not write a SECRET_KEY to .env ({error}); sessions end with this process"
        )),
    }
}

/// Whether there is already a key, or the file is for another environment: then it is not changed.
fn must_not_change(variables: &HashMap<String, String>) -> bool {
    let value = |name| variables.get(name).map_or("", |value| value.trim());
    !value("SECRET_KEY").is_empty() || !matches!(value("APP_ENV"), "" | "development")
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(line.as_bytes())
}
