//! Merges one file that the user and the template have both changed.
//!
//! Most files are merged by lines, as in git. Manifests, the journal and `.hoglet.toml` are merged by their keys or entries.

pub mod journal;
pub mod lines;
pub mod manifest;
pub mod origin;
mod sides;

pub use sides::{Labels, Merged, Sides};

use crate::generate::journal::PATH as JOURNAL;
use crate::project;
use crate::update::renames::Renames;

/// Merges a file of an app with the merge for its path.
pub fn merge(path: &str, sides: Sides, labels: &Labels, renames: &Renames) -> Merged {
    let name = path.rsplit('/').next();
    match path {
        JOURNAL => journal::merge(sides, labels, renames),
        project::MARK => origin::merge(sides, labels),
        _ if name == Some("Cargo.toml") => manifest::merge(sides, labels),
        _ => lines::merge(sides, labels),
    }
}
