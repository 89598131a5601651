//! The changes on the disk and in git's index that a plan leads to.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use crate::base::Files;
use crate::error::Error;
use crate::line_ends;
use crate::update::lock_file::{self, LockFile};
use crate::update::outcome::{FileUpdate, Outcome};
use crate::write::changes::Change;
use crate::write::git::unmerged::UnmergedFile;

/// The changes of all files, by their paths.
///
/// One change can come from two updates: one file moves away from a path, and another file moves there.
pub fn of(
    app: &Path,
    updates: &[FileUpdate],
    lock_file: Option<&LockFile>,
) -> Result<Vec<Change>, Error> {
    let mut changes = BTreeMap::new();
    for update in updates {
        let old_path = update.moved_from.as_ref().unwrap_or(&update.path);
        at(&mut changes, old_path).before.clone_from(&update.before);
        at(&mut changes, &update.path)
            .after
            .clone_from(&update.after);
    }
    if let Some(LockFile { text, .. }) = lock_file {
        let change = at(&mut changes, lock_file::PATH);
        change.before = read(&app.join(lock_file::PATH))?;
        change.after = Some(text.clone().into_bytes());
    }
    let changes = changes.into_values();
    Ok(changes
        .filter(|change| change.before != change.after)
        .collect())
}

fn at<'a, 'b>(changes: &'a mut BTreeMap<&'b str, Change>, path: &'b str) -> &'a mut Change {
    changes.entry(path).or_insert_with(|| Change {
        path: path.to_owned(),
        before: None,
        after: None,
    })
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
        mine.is_ok_and(|mine| !line_ends::are_equal(&mine, contents))
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
        let change = |path: &str, before: Option<&str>, after: Option<&str>| Change {
            path: path.to_owned(),
            before: before.map(Into::into),
            after: after.map(Into::into),
        };
        assert_eq!(
            changes,
            [
                change("a", Some("a"), None),
                change("b", Some("b"), Some("a")),
                change("c", None, Some("b")),
            ]
        );
    }
}
