//! The changes on the disk and in git's index that a plan leads to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::base::Files;
use crate::line_ends;
use crate::update::lock_file::{self, LockFile};
use crate::update::outcome::{FileUpdate, Outcome};
use crate::write::changes::Change;
use crate::write::git::unmerged::UnmergedFile;

/// The changes of all files, by their paths.
///
/// One change can come from two updates: one file moves away from a path, and another file moves there.
pub fn of(updates: &[FileUpdate], lock_file: Option<&LockFile>) -> Vec<Change> {
    let mut changes = BTreeMap::new();
    for update in updates {
        let old_path = update.moved_from.as_ref().unwrap_or(&update.path);
        if update.before.is_some() {
            at(&mut changes, old_path).before.clone_from(&update.before);
        }
        let change = at(&mut changes, &update.path);
        change.after.clone_from(&update.after);
        change.moved_from.clone_from(&update.moved_from);
    }
    if let Some(LockFile { before, text, .. }) = lock_file {
        let change = at(&mut changes, lock_file::PATH);
        change.before = Some(before.clone());
        change.after = Some(text.clone().into_bytes());
    }
    let changes = changes.into_values();
    changes
        .filter(|change| change.before != change.after)
        .collect()
}

fn at<'a, 'b>(changes: &'a mut BTreeMap<&'b str, Change>, path: &'b str) -> &'a mut Change {
    changes.entry(path).or_insert_with(|| Change {
        path: path.to_owned(),
        moved_from: None,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(from: &str, to: &str) -> FileUpdate {
        FileUpdate {
            path: to.to_owned(),
            moved_from: Some(from.to_owned()),
            outcome: Outcome::Moved,
            before: Some(from.into()),
            after: Some(from.into()),
        }
    }

    /// A change whose file has the contents of the path that it had before.
    fn change(path: &str, before: Option<&str>, moved_from: Option<&str>) -> Change {
        Change {
            path: path.to_owned(),
            moved_from: moved_from.map(str::to_owned),
            before: before.map(Into::into),
            after: moved_from.map(Into::into),
        }
    }

    #[test]
    fn a_file_may_move_to_the_path_of_another_that_moves() {
        assert_eq!(
            of(&[moved("a", "b"), moved("b", "c")], None),
            [
                change("a", Some("a"), None),
                change("b", Some("b"), Some("a")),
                change("c", None, Some("b")),
            ]
        );
    }

    #[test]
    fn a_new_file_may_have_the_path_of_one_that_moves_in_any_order() {
        let new = FileUpdate {
            path: "b".to_owned(),
            moved_from: None,
            outcome: Outcome::Created,
            before: None,
            after: Some("new".into()),
        };
        let replaced = Change {
            after: Some("new".into()),
            ..change("b", Some("b"), None)
        };
        assert_eq!(
            of(&[moved("b", "a"), new.clone()], None),
            [change("a", None, Some("b")), replaced.clone()]
        );
        assert_eq!(
            of(&[new, moved("b", "c")], None),
            [replaced, change("c", None, Some("b"))]
        );
    }
}
