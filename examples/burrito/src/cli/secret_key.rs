//! A `SECRET_KEY` for development, made at the first start where there is none.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use crate::settings::{self, new_secret_key};

/// Adds a key to `.env` and says so. Only in development: a server's key comes from its operator.
pub fn make_for_development() -> Option<String> {
    if !settings::env_file_applies() || std::env::var("SECRET_KEY").is_ok_and(|key| !key.is_empty())
    {
        return None;
    }
    let path = Path::new(".env");
    let present = std::fs::read_to_string(path).unwrap_or_default();
    if defines_key(&present) {
        return None;
    }
    let separator = if present.is_empty() || present.ends_with('\n') {
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

fn defines_key(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(|line| line.trim_start().trim_start_matches("export ").trim_start());
    // Another environment than development is not ours to write to.
    lines.any(|line| {
        let (name, value) = line.split_once('=').unwrap_or_default();
        let (name, value) = (name.trim(), value.trim().trim_matches(['"', '\'']));
        (name == "SECRET_KEY" && !value.is_empty())
            || (name == "APP_ENV" && !matches!(value, "" | "development"))
    })
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(line.as_bytes())
}
