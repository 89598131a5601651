//! The journal is merged by its entries.
//!
//! An entry records one command, with its files and lines. The template also has an entry, for its demo. The entries of the
//! user's parts are never lost.

use crate::generate::journal::{Entry, FileEntry, Journal, LineEntry};
use crate::update::merge::lines;
use crate::update::merge::sides::{Labels, Merged, Sides};
use crate::update::renames::Renames;

/// A journal that cannot be read is merged by lines.
pub fn merge(sides: Sides, labels: &Labels, renames: &Renames) -> Merged {
    match by_entry(sides, renames) {
        Some(text) => Merged {
            text,
            conflicts: Vec::new(),
        },
        None => lines::merge(sides, labels),
    }
}

fn by_entry(sides: Sides, renames: &Renames) -> Option<String> {
    let read = |text: &str| Some(Journal::from_text(text).ok()?.generated);
    let [mut base, mut mine] = [read(sides.base)?, read(sides.mine)?];
    let theirs = read(sides.theirs)?;
    for entry in base.iter_mut().chain(&mut mine) {
        entry.move_paths(|path| renames.of_any(path));
    }

    let is_same_part =
        |one: &Entry, other: &Entry| (&one.kind, &one.name) == (&other.kind, &other.name);
    let merged = union(&base, &mine, &theirs, is_same_part, |base, mine, theirs| {
        Entry {
            command: newer(&base.command, &mine.command, &theirs.command),
            kind: mine.kind.clone(),
            name: mine.name.clone(),
            file: union(&base.file, &mine.file, &theirs.file, is_same_file, newer),
            line: union(&base.line, &mine.line, &theirs.line, is_same_line, newer),
        }
    });
    Journal { generated: merged }.to_text().ok()
}

fn is_same_file(one: &FileEntry, other: &FileEntry) -> bool {
    one.path == other.path
}

fn is_same_line(one: &LineEntry, other: &LineEntry) -> bool {
    (&one.path, &one.place, &one.text) == (&other.path, &other.place, &other.text)
}

/// The value of theirs, unless only the user changed it.
fn newer<T: Clone + PartialEq>(base: &T, mine: &T, theirs: &T) -> T {
    if base == theirs { mine } else { theirs }.clone()
}

/// The elements of mine, without those that theirs removed, and with those that theirs added.
///
/// If mine and theirs both have an element, `merge` combines its versions. The base version is empty if the base has no such
/// element. An element that the user changed stays, even if theirs removed it.
fn union<T: Clone + Default + PartialEq>(
    base: &[T],
    mine: &[T],
    theirs: &[T],
    is_same: impl Fn(&T, &T) -> bool,
    merge: impl Fn(&T, &T, &T) -> T,
) -> Vec<T> {
    let find = |elements: &'_ [T], element: &T| -> Option<T> {
        let mut elements = elements.iter();
        elements.find(|other| is_same(other, element)).cloned()
    };
    let mut merged = Vec::new();
    for element in mine {
        let (old, new) = (find(base, element), find(theirs, element));
        match (old, new) {
            (old, Some(new)) => merged.push(merge(&old.unwrap_or_default(), element, &new)),
            (Some(old), None) if old == *element => {}
            (_, None) => merged.push(element.clone()),
        }
    }
    let is_new = |element: &&T| find(base, element).is_none() && find(mine, element).is_none();
    merged.extend(theirs.iter().filter(is_new).cloned());
    merged
}
