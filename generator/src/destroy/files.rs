//! Deletes the files of a part that are still as they were generated.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::generate::draft::Draft;
use crate::generate::journal::{Entry, Journal, sha256};

/// Returns the files that were changed by hand. They stay, unless there is `force`.
///
/// A file that another part also wrote stays. A file to which other parts have added lines stays, too, and moves to the
/// entry of one of them.
pub fn delete(
    entry: &mut Entry,
    journal: &mut Journal,
    draft: &mut Draft,
    force: bool,
) -> Result<BTreeSet<String>, Error> {
    let mut changed = BTreeSet::new();
    for file in std::mem::take(&mut entry.file) {
        if journal.needs_file(&file.path) {
            continue;
        }
        let mut others = journal.generated.iter_mut();
        let user = others.find(|other| other.line.iter().any(|line| line.path == file.path));
        if let Some(user) = user {
            user.file.push(file);
            continue;
        }
        match draft.read(&file.path)? {
            None => {}
            Some(contents) if force || sha256(contents) == file.sha256 => {
                draft.delete(&file.path)?
            }
            Some(_) => {
                changed.insert(file.path.clone());
                entry.file.push(file);
            }
        }
    }
    Ok(changed)
}
