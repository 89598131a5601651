//! Refreshes open pages in development when a file or a flag changes, a build fails, or the app restarts.
//!
//! ```text
//! static/reload.js ── GET /dev/reload?seen=VERSION ──→ waits until the version is another one
//!   the pages' part is another one  → reloads the page
//!   the styles' part is another one → loads the styles again, and keeps the page
//!   the newest build has failed     → shows the errors; `hoglet dev` keeps the last good build running
//! ```

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use serde::Serialize;
use tokio::time::sleep;

/// The variable with the path of a file. `hoglet dev` writes the error of a failed build to it.
const BUILD_ERROR: &str = "HOGLET_BUILD_ERROR";
/// The folders and files of which pages consist.
///
/// `hoglet dev` writes `data/reload` when a flag is switched.
const SOURCES: [&str; 5] = [
    "templates",
    "static",
    "vendor/hoglet-web/templates",
    "vendor/hoglet-web/static",
    "data/reload",
];
/// The time between two looks at the files.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// An editor has finished if nothing changes for this long.
const QUIET: Duration = Duration::from_millis(15);

/// The answer to an open page.
#[derive(Debug, Serialize)]
pub struct State {
    version: String,
    build_error: Option<String>,
}

pub fn state() -> State {
    let build_error = build_error_file().and_then(|file| fs::read_to_string(file).ok());
    State {
        version: version(),
        build_error: build_error.filter(|text| !text.is_empty()),
    }
}

/// Waits until the version is another one than `seen`.
pub async fn changes(seen: &str) {
    loop {
        let newest = version();
        if newest == seen {
            sleep(LOOK_EVERY).await;
            continue;
        }
        sleep(QUIET).await;
        if version() == newest {
            return;
        }
    }
}

/// The versions of the pages, the styles and the build error: `8123-5d0c….91ab….0`.
///
/// That of the pages contains the id of the process, so a restart changes it.
pub fn version() -> String {
    let mut versions = Versions::default();
    for source in SOURCES {
        versions.add(Path::new(source));
    }
    let build_error = build_error_file().map_or(0, |file| hash(&file));
    let Versions { pages, styles } = versions;
    let process = process::id();
    format!("{process}-{pages:x}.{styles:x}.{build_error:x}")
}

fn build_error_file() -> Option<PathBuf> {
    env::var_os(BUILD_ERROR).map(PathBuf::from)
}

/// Sums of hashes of files, because the order of files in a folder can change.
#[derive(Default)]
struct Versions {
    pages: u64,
    styles: u64,
}

impl Versions {
    /// Adds a file, or all files in a folder.
    fn add(&mut self, path: &Path) {
        if is_scratch(path) {
            return;
        }
        if let Ok(entries) = fs::read_dir(path) {
            for entry in entries.flatten() {
                self.add(&entry.path());
            }
            return;
        }
        let is_style = path.extension().is_some_and(|extension| extension == "css");
        let sum = if is_style {
            &mut self.styles
        } else {
            &mut self.pages
        };
        *sum = sum.wrapping_add(hash(path));
    }
}

/// Whether an editor keeps this file beside the file that it edits.
fn is_scratch(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(['.', '#']) || name.ends_with('~')
}

/// The hash of a file's path, modification time and size; 0 if there is no such file.
fn hash(file: &Path) -> u64 {
    let Ok(metadata) = file.metadata() else {
        return 0;
    };
    let mut hasher = DefaultHasher::new();
    let modified = metadata.modified().ok();
    (file, modified, metadata.len()).hash(&mut hasher);
    hasher.finish()
}
