//! Reloads open pages in development when a template, an asset or a flag changes, or the app restarts.
//!
//! `static/reload.js` requests the state once a second, and compares its version with the version of its
//! page. If the newest build has failed, `hoglet dev` keeps the last good one running, and the page shows
//! the error.

use std::env;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// The variable with the path of a file. `hoglet dev` writes the error of a failed build to it.
const BUILD_ERROR: &str = "HOGLET_BUILD_ERROR";

/// The answer to an open page.
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

/// The version of the process, its templates and its assets.
///
/// It also changes with `data/reload`, which `hoglet dev` writes when a flag is switched.
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

/// A folder changes with its files, and when a file is removed.
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
