//! Folders that moved as a whole, which the user's own files in them follow.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::Contents;

/// The new path of each folder whose files all moved to one other folder.
pub fn moved(
    before: &Contents,
    after: &Contents,
    moved: &BTreeMap<&str, &str>,
) -> BTreeMap<String, String> {
    let mut targets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (old, new) in moved {
        let (mut old, mut new) = (split(old).0, split(new).0);
        while old != new {
            targets.entry(old).or_default().insert(new);
            // A move from `a/x` to `b/x` is also a move from `a` to `b`.
            let ((above_old, old_name), (above_new, new_name)) = (split(old), split(new));
            if old_name != new_name {
                break;
            }
            (old, new) = (above_old, above_new);
        }
    }
    let whole = targets.into_iter().filter(|(folder, targets)| {
        let all_moved = || below(folder, before).all(|path| moved.contains_key(path));
        targets.len() == 1 && !folder.is_empty() && all_moved() && below(folder, after).count() == 0
    });
    whole
        .filter_map(|(old, targets)| {
            let new = targets.first()?;
            Some((old.to_owned(), (*new).to_owned()))
        })
        .collect()
}

/// The path of a file after its nearest moved folder has moved.
pub fn in_new_folder(path: &str, folders: &BTreeMap<String, String>) -> Option<String> {
    let mut folder = split(path).0;
    while !folder.is_empty() {
        if let Some(new) = folders.get(folder) {
            let rest = &path[folder.len() + 1..];
            return Some(if new.is_empty() {
                rest.to_owned()
            } else {
                format!("{new}/{rest}")
            });
        }
        folder = split(folder).0;
    }
    None
}

/// The folder of a path, which is empty at the top, and its last part.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn below<'a>(folder: &str, files: &Contents<'a>) -> impl Iterator<Item = &'a str> {
    let prefix = format!("{folder}/");
    let paths = files.keys().copied();
    paths.filter(move |path| path.starts_with(&prefix))
}
