//! The changes on the disk and in git's index that make a plan real.

use std::path::Path;
use std::{fs, io};

use crate::base::{self, Files};
use crate::error::Error;
use crate::update::lock_file::LockFile;
use crate::update::outcome::{FileUpdate, Outcome};
use crate::write::changes::Change;
use crate::write::git::unmerged::UnmergedFile;

pub const LOCK: &str = "Cargo.lock";

/// The changes of all files. A moved file is deleted and created.
pub fn of(
    app: &Path,
    updates: &[FileUpdate],
    lock_file: Option<&LockFile>,
) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    for update in updates {
        let before = match &update.moved_from {
            Some(from) => {
                changes.push(Change {
                    path: from.clone(),
                    before: update.before.clone(),
                    after: None,
                });
                None
            }
            None => update.before.clone(),
        };
        changes.push(Change {
            path: update.path.clone(),
            before,
            after: update.after.clone(),
        });
    }
    if let Some(lock_file) = lock_file {
        changes.push(Change {
            path: LOCK.to_owned(),
            before: read(&app.join(LOCK))?,
            after: Some(lock_file.text.clone().into_bytes()),
        });
    }
    changes.retain(|change| change.before != change.after);
    // Deletions come first, because a file may move to the path of a deleted file.
    changes.sort_by(|one, other| {
        let order = |change: &Change| (change.after.is_some(), change.path.clone());
        order(one).cmp(&order(other))
    });
    Ok(changes)
}

/// The files with conflicts, for git's index.
pub fn unmerged(updates: &[FileUpdate]) -> Vec<UnmergedFile> {
    let files = updates.iter().filter_map(|update| match &update.outcome {
        Outcome::Conflict(conflict) => Some(UnmergedFile {
            path: update.path.clone(),
            moved_from: update.moved_from.clone(),
            stages: conflict.stages.clone(),
        }),
        _ => None,
    });
    files.collect()
}

/// Whether cargo can read all manifests after the update.
pub fn has_readable_manifests(updates: &[FileUpdate]) -> bool {
    !updates.iter().any(|update| {
        let is_manifest = update.path.rsplit('/').next() == Some("Cargo.toml");
        is_manifest && matches!(update.outcome, Outcome::Conflict(_))
    })
}

/// The files of the base in `vendor/` that the user has changed.
pub fn edited_in_vendor(app: &Path, base: &Files) -> Vec<String> {
    let vendored = base.iter().filter(|(path, _)| path.starts_with("vendor/"));
    let edited = vendored.filter(|(path, contents)| {
        let mine = fs::read(app.join(path));
        mine.is_ok_and(|mine| !base::is_same(&mine, contents))
    });
    edited.map(|(path, _)| path.clone()).collect()
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(contents) => Ok(Some(contents)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Error::disk("read", path)(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_move_to_the_path_of_another_that_moves() {
        let moved = |from: &str, to: &str| FileUpdate {
            path: to.to_owned(),
            moved_from: Some(from.to_owned()),
            outcome: Outcome::Moved,
            before: Some(from.into()),
            after: Some(from.into()),
        };
        let updates = [moved("a", "b"), moved("b", "c")];
        let changes = of(Path::new("."), &updates, None).unwrap();
        let steps: Vec<(&str, bool)> = changes
            .iter()
            .map(|change| (change.path.as_str(), change.after.is_some()))
            .collect();
        assert_eq!(
            steps,
            [("a", false), ("b", false), ("b", true), ("c", true)]
        );
    }
}
