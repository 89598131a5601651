//! Pages that load anew by themselves in development, when a view or an asset changes or the app is restarted.
//!
//! `static/reload.js` asks for the version once a second, and compares it with the one its page was made with.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Changes with the process and with the newest of its views and assets.
pub fn version() -> String {
    let newest = changed_at(Path::new("templates")).max(changed_at(Path::new("static")));
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
