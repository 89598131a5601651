//! Pairs each file of the base with the same file of theirs, which may have another path.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Files;
use crate::update::mine::Mine;
use crate::update::renames::Renames;

/// One file of the template.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The path on the disk. `None` if another file is at `to` on the disk, and moves away.
    pub from: Option<&'a str>,
    /// The path after the update.
    pub to: &'a str,
    pub base: Option<&'a [u8]>,
    pub theirs: Option<&'a [u8]>,
}

impl Pair<'_> {
    pub fn moves(&self) -> bool {
        self.from.is_some_and(|from| from != self.to)
    }

    /// Whether the template neither changed nor moved the file, so that the user's version stays.
    pub fn is_unchanged(&self) -> bool {
        !self.moves() && self.base == self.theirs
    }
}

/// All files of base and theirs, each once.
pub fn pairs<'a>(
    base: &'a Files,
    theirs: &'a Files,
    renames: &'a Renames,
    mine: &Mine,
) -> Vec<Pair<'a>> {
    let moved = possible_moves(base, theirs, renames, mine);
    let targets: BTreeSet<&str> = moved.values().copied().collect();
    let bytes = |files: &'a Files, path: &str| files.get(path).map(Vec::as_slice);

    let mut pairs = Vec::new();
    for (path, contents) in base {
        let to = moved.get(path.as_str()).copied().unwrap_or(path);
        // Whether the user has already moved the file there.
        let is_there = to != path && !base.contains_key(to) && !mine.has(path) && mine.has(to);
        pairs.push(Pair {
            from: Some(if is_there { to } else { path }),
            to,
            base: Some(contents),
            theirs: bytes(theirs, to),
        });
    }
    let is_new = |path: &str| {
        let stays = base.contains_key(path) && !moved.contains_key(path);
        !stays && !targets.contains(path)
    };
    for (path, contents) in theirs.iter().filter(|(path, _)| is_new(path)) {
        pairs.push(Pair {
            from: (!moved.contains_key(path.as_str())).then_some(path),
            to: path,
            base: None,
            theirs: Some(contents),
        });
    }
    pairs
}

/// The moves whose new path is free, or becomes free by another move.
///
/// If a move is not possible, theirs has deleted one file and added another.
fn possible_moves<'a>(
    base: &'a Files,
    theirs: &Files,
    renames: &'a Renames,
    mine: &Mine,
) -> BTreeMap<&'a str, &'a str> {
    let mut moved: BTreeMap<&str, &str> = base
        .keys()
        .map(|old| (old.as_str(), renames.of(old)))
        .filter(|(old, new)| old != new && theirs.contains_key(*new))
        .filter(|(old, new)| base.contains_key(*new) || is_free(mine, old, new))
        .collect();
    loop {
        let before = moved.len();
        let sources: BTreeSet<&str> = moved.keys().copied().collect();
        moved.retain(|_, new| !base.contains_key(*new) || sources.contains(new));
        if moved.len() == before {
            return moved;
        }
    }
}

/// Whether none of the user's own files has the new path.
fn is_free(mine: &Mine, old: &str, new: &str) -> bool {
    // On some disks, paths that differ only in case are equal. Then the file at the new path is this file.
    let is_taken = if old.eq_ignore_ascii_case(new) {
        mine.has_exactly(new)
    } else {
        mine.has(new)
    };
    !is_taken || !mine.has(old)
}
