//! The user's own files in folders that moved.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::update::mine::Mine;
use crate::update::outcome::{FileUpdate, Outcome};
use crate::update::renames::Renames;

/// Moves each of these files, unless something is at its new path. Then the file stays where it is.
pub fn updates(
    renames: &Renames,
    mine: &Mine,
    is_of_template: impl Fn(&str) -> bool,
) -> Result<Vec<FileUpdate>, Error> {
    let mut updates = Vec::new();
    let mut seen = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for folder in renames.moved_folders() {
        for path in mine.files_below(folder)? {
            if is_of_template(&path) || !seen.insert(path.clone()) {
                continue;
            }
            let Some(new) = renames.of_own(&path) else {
                continue;
            };
            if is_of_template(&new) || mine.has(&new) || !taken.insert(new.clone()) {
                continue;
            }
            let Some(contents) = mine.read(&path)? else {
                continue;
            };
            updates.push(FileUpdate {
                path: new,
                moved_from: Some(path),
                outcome: Outcome::Moved,
                before: Some(contents.clone()),
                after: Some(contents),
            });
        }
    }
    Ok(updates)
}
