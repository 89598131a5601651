//! Files of theirs that the app does not have: new files, and files that the user deleted.

use super::needed::{Additions, Names};
use super::pairs::Pair;
use crate::base::Files;
use crate::error::Error;
use crate::update::mine::Mine;
use crate::update::outcome::{Conflict, ConflictKind, FileUpdate, Outcome};

/// The outcomes of these files. `present` are the files of theirs that the app has.
pub fn updates(
    absent: &[Pair],
    present: &[Pair],
    all: &[Pair],
    theirs: &Files,
    mine: &Mine,
) -> Result<Vec<FileUpdate>, Error> {
    let mut updates = Vec::new();
    let mut deleted = Vec::new();
    let mut additions: Vec<Additions> = present.iter().filter_map(additions).collect();
    for pair in absent {
        if pair.base.is_some() || is_folder_deleted(pair.to, all, mine)? {
            deleted.push((pair, Names::of(pair.to, theirs)));
        } else {
            additions.extend(self::additions(pair));
            updates.push(update(pair, Outcome::Created, pair.theirs));
        }
    }
    // A needed file may need other deleted files.
    while !additions.is_empty() {
        let is_needed = |names: &Names| additions.iter().any(|added| names.are_in(added));
        let (needed, rest) = deleted
            .into_iter()
            .partition::<Vec<_>, _>(|(_, names)| is_needed(names));
        deleted = rest;
        additions = needed
            .iter()
            .filter_map(|(pair, _)| self::additions(pair))
            .collect();
        updates.extend(needed.into_iter().map(|(pair, _)| brought_back(pair)));
    }
    // If the template only moved a file, the user who deleted it need not know.
    let changed = deleted
        .into_iter()
        .filter(|(pair, _)| pair.base != pair.theirs);
    updates.extend(changed.map(|(pair, _)| update(pair, Outcome::KeptDeleted, None)));
    Ok(updates)
}

fn additions<'a>(pair: &Pair<'a>) -> Option<Additions<'a>> {
    Additions::of(pair.to, pair.base, pair.theirs?)
}

fn brought_back(pair: &Pair) -> FileUpdate {
    let Some(base) = pair.base else {
        return update(pair, Outcome::Created, pair.theirs);
    };
    let conflict = Conflict {
        kind: ConflictKind::DeletedHere,
        stages: [Some(base.to_vec()), None, pair.theirs.map(<[u8]>::to_vec)],
    };
    update(pair, Outcome::Conflict(conflict), pair.theirs)
}

fn update(pair: &Pair, outcome: Outcome, after: Option<&[u8]>) -> FileUpdate {
    FileUpdate {
        path: pair.to.to_owned(),
        moved_from: None,
        outcome,
        before: None,
        after: after.map(<[u8]>::to_vec),
    }
}

/// Whether the user deleted the whole folder of a new file.
///
/// Its folder is the nearest one that has files in the base.
fn is_folder_deleted(path: &str, all: &[Pair], mine: &Mine) -> Result<bool, Error> {
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        folder = above;
        let is_below = |path: &str| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let in_base = all.iter().filter(|pair| pair.base.is_some());
        let mut files = in_base
            .filter_map(|pair| Some((pair.from?, pair.to)))
            .filter(|(from, to)| is_below(from) || is_below(to))
            .peekable();
        if files.peek().is_some() {
            let any_left = files.any(|(from, _)| mine.has(from));
            return Ok(!any_left && mine.files_below(folder)?.is_empty());
        }
    }
    Ok(false)
}
