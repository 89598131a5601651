//! Files that the template has moved.

use std::collections::BTreeMap;

use crate::template::Tree;

/// The new path of each moved file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    files: BTreeMap<String, String>,
    /// Folders that moved as a whole.
    folders: BTreeMap<String, String>,
}

impl Renames {
    /// Compares each template with the next, the oldest first.
    pub fn along(trees: &[Tree]) -> Self {
        let _ = trees;
        todo!()
    }

    /// The new path of a file of the template.
    pub fn of<'a>(&'a self, path: &'a str) -> &'a str {
        self.files.get(path).map_or(path, String::as_str)
    }

    /// The new path of a file of the user's own, if its folder moved as a whole.
    pub fn of_own(&self, path: &str) -> Option<String> {
        let _ = (path, &self.folders);
        todo!()
    }
}
