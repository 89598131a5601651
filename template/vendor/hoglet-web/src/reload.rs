//! Pages that reload by themselves in development, when a view, an asset or a flag changes or the app is restarted.
//!
//! `static/reload.js` asks for the state once a second, and compares its version with the one its page was made with.
//! While the newest build has failed, `hoglet dev` keeps the last good one serving, and the page shows why.

use std::env;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// The file in which `hoglet dev` says why the newest build failed; empty when it did not.
const BUILD_ERROR: &str = "HOGLET_BUILD_ERROR";

/// What an open page wants to know.
#[derive(Debug, Serialize)]
pub struct State {
    version: String,
    build_error: Option<String>,
}

pub fn state() -> State {
    let build_error = env::var_os(BUILD_ERROR).and_then(|file| fs::read_to_string(file).ok());
    State {
        version: version(),
        build_error: build_error.filter(|text| !text.is_empty()),
    }
}

/// Changes with the process, with the newest of its views and assets, and with `data/reload`, which `hoglet dev` writes
/// when a flag is switched.
pub fn version() -> String {
    let newest = [
        "templates",
        "static",
        "vendor/hoglet-web/templates",
        "vendor/hoglet-web/static",
        "data/reload",
    ]
    .iter()
    .filter_map(|path| changed_at(Path::new(path)))
    .max();
    let age = newest.unwrap_or(UNIX_EPOCH).duration_since(UNIX_EPOCH);
    format!(
        "{}-{}",
        std::process::id(),
        age.unwrap_or_default().as_millis()
    )
}

/// A folder changes with its files, and when one of them goes.
fn changed_at(path: &Path) -> Option<SystemTime> {
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    inside
        .filter_map(|entry| changed_at(&entry.path()))
        .chain(
            path.metadata()
                .and_then(|metadata| metadata.modified())
                .ok(),
        )
        .max()
}
