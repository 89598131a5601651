//! Files that the template has moved.
//!
//! The templates of consecutive releases are compared before they are rendered. So one update over several releases follows
//! the same moves as several updates.

mod contents;
mod folders;
mod pairs;
mod similarity;

use std::collections::BTreeMap;

use self::contents::{Contents, contents};
use crate::template::Tree;

/// The new path of each moved file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    files: BTreeMap<String, String>,
    /// Folders that moved, for each release.
    folders: Vec<BTreeMap<String, String>>,
}

impl Renames {
    /// Compares each template with the next one. The oldest is the first.
    pub fn along(trees: &[Tree]) -> Self {
        let trees: Vec<Contents> = trees.iter().map(contents).collect();
        let mut files: BTreeMap<&str, &str> = match trees.first() {
            Some(first) => first.keys().map(|path| (*path, *path)).collect(),
            None => BTreeMap::new(),
        };
        let mut folders = Vec::new();
        for step in trees.windows(2) {
            let [before, after] = step else { continue };
            let moved = pairs::moved(before, after);
            files.retain(|_, now| match moved.get(now) {
                Some(new) => {
                    *now = new;
                    true
                }
                // A file that was removed stays removed, even if a later release adds another file at its path.
                None => after.contains_key(now),
            });
            folders.push(folders::moved(after, &moved));
        }
        let files = files.into_iter().filter(|(old, new)| old != new);
        Self {
            files: files
                .map(|(old, new)| (old.to_owned(), new.to_owned()))
                .collect(),
            folders,
        }
    }

    /// The new path of a file of the template.
    pub fn of<'a>(&'a self, path: &'a str) -> &'a str {
        self.files.get(path).map_or(path, String::as_str)
    }

    /// The new path of the user's own file, if its folder moved.
    pub fn of_own(&self, path: &str) -> Option<String> {
        let mut now = path.to_owned();
        for folders in &self.folders {
            if let Some(new) = folders::in_new_folder(&now, folders) {
                now = new;
            }
        }
        (now != path).then_some(now)
    }

    /// The new path of any file, the template's or the user's own.
    pub fn of_any(&self, path: &str) -> String {
        let new = self.of(path);
        if new != path {
            return new.to_owned();
        }
        self.of_own(path).unwrap_or_else(|| path.to_owned())
    }

    /// Whether the template moved nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.iter().all(BTreeMap::is_empty)
    }

    /// The old paths of all folders that moved.
    pub fn moved_folders(&self) -> impl Iterator<Item = &str> {
        self.folders
            .iter()
            .flat_map(|folders| folders.keys().map(String::as_str))
    }
}

#[cfg(test)]
mod tests;
