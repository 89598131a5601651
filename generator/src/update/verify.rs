//! Checks that an update loses no change of the template and no change of the user.
//!
//! It does not use the code of the merge. It compares the lines of the result with those of the three versions.

mod entries;
mod lines;
mod markers;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::generate::journal;
use crate::line_ends::{are_equal, text};
use crate::update::mine::Mine;
use crate::update::outcome::{Conflict, ConflictKind, FileUpdate, Outcome};
use crate::update::plan::{EXCLUDED, Trees};

/// Checks that every line that a side added or removed is added or removed in the result, or is in a listed conflict.
pub fn verify(trees: &Trees, updates: &[FileUpdate]) -> Result<(), Error> {
    let mine = Mine::of(trees.app)?;
    let lost = |file: &str, change: String| Error::LostChange {
        file: file.to_owned(),
        change,
    };
    let mut by_path = BTreeMap::new();
    let mut left = BTreeSet::new();
    for update in updates {
        let is_second = by_path.insert(update.path.as_str(), update).is_some();
        let is_left_twice = match update.moved_from.as_deref() {
            Some(from) => !left.insert(from),
            None => false,
        };
        if is_second || is_left_twice || EXCLUDED.contains(&update.path.as_str()) {
            return Err(lost(&update.path, "this file".to_owned()));
        }
    }
    let checked = Checked {
        trees,
        mine,
        by_path,
        left,
    };
    let updated = updates.iter().map(|update| &update.path);
    let moved = updates
        .iter()
        .filter_map(|update| update.moved_from.as_ref());
    let paths = trees.base.keys().chain(trees.theirs.keys());
    let paths: BTreeSet<&String> = paths.chain(updated).chain(moved).collect();
    for path in paths.into_iter().map(String::as_str) {
        if EXCLUDED.contains(&path) {
            continue;
        }
        let Some(versions) = checked.versions(path)? else {
            continue;
        };
        versions.check().map_err(|change| lost(path, change))?;
    }
    Ok(())
}

struct Checked<'a> {
    trees: &'a Trees<'a>,
    mine: Mine,
    by_path: BTreeMap<&'a str, &'a FileUpdate>,
    /// The old paths of the files that move.
    left: BTreeSet<&'a str>,
}

/// All versions of one file. `path` is its path after the update.
struct Versions<'a> {
    path: &'a str,
    trees: &'a Trees<'a>,
    base: Option<&'a [u8]>,
    theirs: Option<&'a [u8]>,
    mine: Option<Vec<u8>>,
    result: Option<Vec<u8>>,
    outcome: Option<&'a Outcome>,
    /// Whether the update would overwrite one of the user's own files at this path.
    writes_over: bool,
}

impl<'a> Checked<'a> {
    /// `None` if neither the template nor the update changes the file.
    fn versions(&self, path: &'a str) -> Result<Option<Versions<'a>>, Error> {
        let update = self.by_path.get(path).copied();
        let moved_from = update.and_then(|update| update.moved_from.as_deref());
        let is_left = self.left.contains(path);
        let base_path = match moved_from {
            Some(from) => Some(from),
            None if is_left => None,
            None => Some(self.base_path(path)),
        };
        let base = base_path.and_then(|path| self.trees.base.get(path));
        let theirs = self.trees.theirs.get(path);
        if update.is_none() && base == theirs {
            return Ok(None);
        }
        let mine = match update {
            Some(update) => update.before.clone(),
            None if is_left => None,
            None => self.mine.read(path)?,
        };
        let result = match update {
            Some(update) => update.after.clone(),
            None => mine.clone(),
        };
        let only_case = |from: &str| from.eq_ignore_ascii_case(path);
        Ok(Some(Versions {
            path,
            trees: self.trees,
            base: base.map(Vec::as_slice),
            theirs: theirs.map(Vec::as_slice),
            mine,
            result,
            outcome: update.map(|update| &update.outcome),
            writes_over: !is_left
                && moved_from.is_some_and(|from| !only_case(from) && self.mine.has(path)),
        }))
    }

    /// The path in the base. It may differ if the user moved the file as the template did, or deleted it.
    fn base_path(&self, path: &'a str) -> &'a str {
        if self.trees.base.contains_key(path) {
            return path;
        }
        let mut old = self.trees.base.keys().map(String::as_str);
        old.find(|old| self.trees.renames.of(old) == path && !self.mine.has(old))
            .unwrap_or(path)
    }
}

impl Versions<'_> {
    /// The error names the change that would be lost.
    fn check(&self) -> Result<(), String> {
        let (mine, result) = (self.mine.as_deref(), self.result.as_deref());
        let (base, theirs) = (self.base, self.theirs);
        let is_mine = result == mine;
        let is_theirs = are_both_equal(result, theirs);
        let conflict = match self.outcome {
            Some(Outcome::Conflict(conflict)) => Some(conflict),
            _ => None,
        };
        let whole = |is_kept: bool, whose: &str| {
            if is_kept && !self.writes_over {
                return Ok(());
            }
            Err(format!("{whose} file"))
        };
        let Some(mine_now) = mine else {
            let is_listed = conflict.is_some() || self.outcome == Some(&Outcome::KeptDeleted);
            let may_be_absent = theirs == base || is_listed;
            return whole(
                is_theirs || may_be_absent && result.is_none(),
                "the template's",
            );
        };
        if let (journal::PATH, Some(result)) = (self.path, result) {
            // The update changes the paths in the journal even if the template did not change the journal.
            let theirs = theirs.or(base).unwrap_or_default();
            return self.check_merge(mine_now, theirs, result, conflict);
        }
        let is_untouched = base.is_some_and(|base| are_equal(base, mine_now));
        match (theirs, result) {
            (None, None) => whole(is_untouched, "your"),
            (None, Some(_)) => {
                let is_listed = base.is_none() || conflict.is_some();
                whole(is_mine && is_listed, "your")
            }
            (Some(_), None) => whole(false, "your"),
            (Some(theirs), Some(_)) if theirs_is_in(theirs, base, mine_now) => {
                whole(is_mine, "your")
            }
            (Some(_), Some(_)) if is_untouched => whole(is_theirs, "the template's"),
            (Some(theirs), Some(result)) => {
                whole(true, "your")?;
                self.check_merge(mine_now, theirs, result, conflict)
            }
        }
    }

    fn check_merge(
        &self,
        mine: &[u8],
        theirs: &[u8],
        result: &[u8],
        conflict: Option<&Conflict>,
    ) -> Result<(), String> {
        let kind = conflict.map(|conflict| &conflict.kind);
        if kind == Some(&ConflictKind::Binary) && result == mine {
            return Ok(());
        }
        let texts = (
            text(self.base.unwrap_or_default()),
            text(mine),
            text(theirs),
            text(result),
        );
        let (Some(base), Some(mine), Some(theirs), Some(result)) = texts else {
            return Err("this file".to_owned());
        };
        let sides = match kind {
            Some(ConflictKind::Lines(conflicts)) => {
                let originals = markers::Sides {
                    mine: mine.to_string(),
                    theirs: theirs.to_string(),
                };
                markers::sides(&result, conflicts, &originals)
            }
            _ => Some(markers::Sides::same(&result)),
        };
        let sides = sides.ok_or("a conflict with markers")?;
        let versions = lines::Versions {
            base: &base,
            mine: &mine,
            theirs: &theirs,
            with_mine: &sides.mine,
            with_theirs: &sides.theirs,
        };
        lines::check(&versions).or_else(|change| {
            let are_kept = entries::are_kept(self.path, &versions, self.trees.renames);
            if are_kept { Ok(()) } else { Err(change) }
        })
    }
}

/// Whether the user's file already has all changes of theirs: there are none, or the user made the same changes.
fn theirs_is_in(theirs: &[u8], base: Option<&[u8]>, mine: &[u8]) -> bool {
    base == Some(theirs) || are_equal(mine, theirs)
}

fn are_both_equal(one: Option<&[u8]>, other: Option<&[u8]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => are_equal(one, other),
        (None, None) => true,
        _ => false,
    }
}
