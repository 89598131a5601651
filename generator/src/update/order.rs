//! The order in which an update writes the files. It matters if the power fails, because then nothing is undone.

use std::collections::BTreeSet;

use crate::project::MARK;
use crate::write::changes::Change;

/// Sorts the changes: a file is written to its new path before it is deleted from the old one.
///
/// `.hoglet.toml` is the last file. Until then the app has its old version, so the next update makes the other changes.
pub fn sort(changes: &mut [Change]) {
    let written: BTreeSet<String> = changes
        .iter()
        .filter(|change| change.after.is_some())
        .map(|change| change.path.to_lowercase())
        .collect();
    changes.sort_by_key(|change| match &change.after {
        _ if change.path == MARK => 3,
        // On some disks both have the same path, so the old file makes room.
        None if written.contains(&change.path.to_lowercase()) => 0,
        Some(_) => 1,
        None => 2,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_before_others_are_deleted_and_the_version_is_last() {
        let change = |path: &str, is_written: bool| Change {
            path: path.to_owned(),
            moved_from: None,
            before: None,
            after: is_written.then(Vec::new),
        };
        let mut changes = [
            change(".hoglet.toml", true),
            change("docs/old.md", false),
            change("Readme.md", false),
            change("README.md", true),
            change("src/main.rs", true),
        ];
        sort(&mut changes);
        let order = changes.map(|change| change.path);
        assert_eq!(
            order,
            [
                "Readme.md",
                "README.md",
                "src/main.rs",
                "docs/old.md",
                ".hoglet.toml"
            ]
        );
    }
}
