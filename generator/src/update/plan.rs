//! The plan of an update: the outcome for every file. Reads the app and changes nothing.

use std::path::Path;

use crate::base::Files;
use crate::error::Error;
use crate::update::merge::Labels;
use crate::update::outcome::FileUpdate;
use crate::update::renames::Renames;

/// The three trees of an update. `mine` is read from the disk.
#[derive(Debug)]
pub struct Trees<'a> {
    pub app: &'a Path,
    pub base: &'a Files,
    pub theirs: &'a Files,
    pub renames: &'a Renames,
    pub labels: &'a Labels,
}

/// All changes, in the order of their paths. `Cargo.lock` is not among them.
pub fn plan(trees: &Trees) -> Result<Vec<FileUpdate>, Error> {
    let _ = trees;
    todo!()
}
