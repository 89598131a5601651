//! Files of the template that the app has.

use super::pairs::Pair;
use crate::line_ends;
use crate::update::merge::{self, Labels, Sides};
use crate::update::outcome::{Conflict, ConflictKind, FileUpdate, Outcome};
use crate::update::renames::Renames;

/// The update of a file that theirs no longer has.
pub fn without_theirs(pair: &Pair, mine: Vec<u8>) -> FileUpdate {
    let is_untouched = is_untouched(pair, &mine);
    FileUpdate {
        path: pair.to.to_owned(),
        moved_from: None,
        outcome: if is_untouched {
            Outcome::Deleted
        } else {
            Outcome::Conflict(Conflict {
                kind: ConflictKind::DeletedInTemplate,
                stages: [like(&mine, pair.base), Some(mine.clone()), None],
            })
        },
        after: (!is_untouched).then(|| mine.clone()),
        before: Some(mine),
    }
}

/// The update of a file that theirs also has. `None` if it stays as it is.
pub fn with_theirs(
    pair: &Pair,
    mine: Vec<u8>,
    theirs: &[u8],
    labels: &Labels,
    renames: &Renames,
) -> Option<FileUpdate> {
    let (outcome, after) = if pair.base == Some(theirs) || line_ends::are_equal(&mine, theirs) {
        (Outcome::Moved, mine.clone())
    } else if pair.base == Some(mine.as_slice()) {
        (Outcome::Replaced, theirs.to_vec())
    } else if is_untouched(pair, &mine) {
        (Outcome::Replaced, line_ends::like(&mine, theirs))
    } else {
        merged(pair, &mine, theirs, labels, renames)
    };
    let moved_from = pair.from.filter(|_| pair.moves()).map(str::to_owned);
    if outcome == Outcome::Moved && moved_from.is_none() {
        return None;
    }
    Some(FileUpdate {
        path: pair.to.to_owned(),
        moved_from,
        outcome,
        before: Some(mine),
        after: Some(after),
    })
}

/// The update of a file that theirs did not change, but whose contents depend on moves of other files.
pub fn merged_with_its_base(
    pair: &Pair,
    mine: Vec<u8>,
    labels: &Labels,
    renames: &Renames,
) -> Option<FileUpdate> {
    let base = pair.base.unwrap_or_default();
    let (outcome, after) = merged(pair, &mine, base, labels, renames);
    (outcome == Outcome::Merged).then(|| FileUpdate {
        path: pair.to.to_owned(),
        moved_from: None,
        outcome,
        before: Some(mine),
        after: Some(after),
    })
}

fn is_untouched(pair: &Pair, mine: &[u8]) -> bool {
    pair.base
        .is_some_and(|base| line_ends::are_equal(base, mine))
}

fn merged(
    pair: &Pair,
    mine: &[u8],
    theirs: &[u8],
    labels: &Labels,
    renames: &Renames,
) -> (Outcome, Vec<u8>) {
    let conflict = |kind| {
        Outcome::Conflict(Conflict {
            kind,
            stages: [
                like(mine, pair.base),
                Some(mine.to_vec()),
                like(mine, Some(theirs)),
            ],
        })
    };
    let texts = (
        line_ends::text(pair.base.unwrap_or_default()),
        line_ends::text(mine),
        line_ends::text(theirs),
    );
    let (Some(base_text), Some(my_text), Some(their_text)) = texts else {
        return (conflict(ConflictKind::Binary), mine.to_vec());
    };
    let sides = Sides {
        base: &base_text,
        mine: &my_text,
        theirs: &their_text,
    };
    let merged = merge::merge(pair.to, sides, labels, renames);
    let after = line_ends::like(mine, merged.text.as_bytes());
    if !merged.conflicts.is_empty() {
        return (conflict(ConflictKind::Lines(merged.conflicts)), after);
    }
    if merged.text == my_text {
        return (Outcome::Moved, mine.to_vec());
    }
    (Outcome::Merged, after)
}

/// A version for git's index. It gets the line ends of mine, so that a merge tool shows no differences in line ends.
fn like(mine: &[u8], version: Option<&[u8]>) -> Option<Vec<u8>> {
    version.map(|version| line_ends::like(mine, version))
}
