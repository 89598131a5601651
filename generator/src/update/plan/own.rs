//! The user's own files in folders that moved.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::update::mine::Mine;
use crate::update::outcome::{FileUpdate, Outcome};
use crate::update::renames::Renames;

/// Moves each of these files, unless something is at its new path or two files would get the same path. Then it stays.
pub fn updates(
    renames: &Renames,
    mine: &Mine,
    is_of_template: impl Fn(&str) -> bool,
) -> Result<Vec<FileUpdate>, Error> {
    let mut new_paths = BTreeMap::new();
    for folder in renames.moved_folders() {
        for path in mine.files_below(folder)? {
            if is_of_template(&path) {
                continue;
            }
            let Some(new) = renames.of_own(&path) else {
                continue;
            };
            if !is_of_template(&new) && !mine.has(&new) {
                new_paths.insert(path, new);
            }
        }
    }
    let mut files_at: BTreeMap<&str, usize> = BTreeMap::new();
    for new in new_paths.values() {
        *files_at.entry(new).or_default() += 1;
    }

    let mut updates = Vec::new();
    for (path, new) in &new_paths {
        let Some(contents) = mine.read(path)?.filter(|_| files_at[new.as_str()] == 1) else {
            continue;
        };
        updates.push(FileUpdate {
            path: new.clone(),
            moved_from: Some(path.clone()),
            outcome: Outcome::Moved,
            before: Some(contents.clone()),
            after: Some(contents),
        });
    }
    Ok(updates)
}
