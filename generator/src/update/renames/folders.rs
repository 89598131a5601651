//! Folders that moved. The user's own files in them move, too.

use std::collections::BTreeMap;

use super::contents::Contents;

/// The new path of each folder that no longer exists: the folder to which most of its files moved.
///
/// If two folders got equally many files, the old folder keeps its path, as in git.
pub fn moved(after: &Contents, moved: &BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    let mut targets: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (old, new) in moved {
        let (mut old, mut new) = (split(old).0, split(new).0);
        while old != new {
            *targets.entry(old).or_default().entry(new).or_default() += 1;
            // A move from `a/x` to `b/x` is also a move from `a` to `b`.
            let ((above_old, old_name), (above_new, new_name)) = (split(old), split(new));
            if old_name != new_name {
                break;
            }
            (old, new) = (above_old, above_new);
        }
    }
    let is_gone = |folder: &str| !folder.is_empty() && below(folder, after).next().is_none();
    let gone = targets.into_iter().filter(|(folder, _)| is_gone(folder));
    let new_path = |old: &str, targets: BTreeMap<&str, usize>| {
        let most = targets.values().max()?;
        let mut likely = targets.iter().filter(|(_, count)| *count == most);
        let (new, _) = likely.next()?;
        let is_clear = likely.next().is_none();
        Some(if is_clear { *new } else { old }.to_owned())
    };
    gone.filter_map(|(old, targets)| Some((old.to_owned(), new_path(old, targets)?)))
        .collect()
}

/// The path of a file after the nearest folder that moved.
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

/// The folder of a path, and its last part. The folder is empty for a path without `/`.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn below<'a>(folder: &str, files: &Contents<'a>) -> impl Iterator<Item = &'a str> {
    let prefix = format!("{folder}/");
    let paths = files.keys().copied();
    paths.filter(move |path| path.starts_with(&prefix))
}
