//! Follows "Remove the demo" as a reader would.

use std::path::Path;

use super::support::{Tree, read_tree};
use super::{block, hoglet, section};

/// Runs the command of the recipe in an app's folder.
pub fn remove(folder: &Path) {
    let app = read_tree(folder);
    hoglet(
        folder,
        block(&section(&app, "Remove the demo"), "sh").trim(),
    );
}

/// Fails if a file of the app still refers to the demo.
///
/// Documents explain how to remove it, and `vendor/` has the word for other things.
pub fn is_gone(app: &Tree) {
    for (name, contents) in app {
        let text = String::from_utf8_lossy(contents);
        if name.starts_with("docs/") || name.starts_with("vendor/") {
            continue;
        }
        for trace in ["demo::", "mod demo", "demo/", "demo.css", "DEMO_"] {
            assert!(!text.contains(trace), "{name} still has {trace}");
        }
        for page in ["burrito", "dashboard", "group-analytics", "trigger-error"] {
            assert!(!text.contains(page), "{name} still knows {page}");
        }
        assert!(!text.contains("\n\n\n"), "{name} has a hole");
    }
}
