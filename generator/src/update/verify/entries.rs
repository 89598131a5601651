//! The rule for files with merges of their own, which may write entries in another order or form.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::Versions;
use crate::generate::journal::{self, Entry, Journal};
use crate::project;
use crate::update::renames::Renames;

/// Whether the result has all entries that it should have. `false` for any other file.
pub fn are_kept(path: &str, versions: &Versions, renames: &Renames) -> bool {
    match path {
        journal::PATH => journal_is_kept(versions, renames).unwrap_or(false),
        project::MARK => origin_is_kept(versions).unwrap_or(false),
        _ if path.rsplit('/').next() == Some("Cargo.toml") => {
            manifest_is_kept(versions).unwrap_or(false)
        }
        _ => false,
    }
}

/// A table as `key.key = value`, with one entry for each element of an array.
type Entries = BTreeSet<String>;

fn manifest_is_kept(versions: &Versions) -> Option<bool> {
    let base = entries(versions.base)?;
    let mine = entries(versions.mine)?;
    let theirs = entries(versions.theirs)?;
    let is_kept = |result: &Entries, side: &Entries, other: &Entries| {
        let kept = side.iter().all(|entry| {
            let is_removed = base.contains(entry) && !other.contains(entry);
            result.contains(entry) || is_removed
        });
        let nothing_else = result.iter().all(|entry| {
            let is_added = other.contains(entry) && !base.contains(entry);
            side.contains(entry) || is_added
        });
        kept && nothing_else
    };
    Some(
        is_kept(&entries(versions.with_mine)?, &mine, &theirs)
            && is_kept(&entries(versions.with_theirs)?, &theirs, &mine),
    )
}

/// `.hoglet.toml` has the release and the answers of theirs, and everything else of mine.
fn origin_is_kept(versions: &Versions) -> Option<bool> {
    let result = entries(versions.with_theirs)?;
    let (mine, theirs) = (entries(versions.mine)?, entries(versions.theirs)?);
    let is_replaced = |entry: &str| entry.starts_with("template_") || entry.starts_with("answers.");
    let mut own = mine.iter().filter(|entry| !is_replaced(entry));
    let mut new = theirs.iter().filter(|entry| is_replaced(entry));
    Some(own.all(|entry| result.contains(entry)) && new.all(|entry| result.contains(entry)))
}

fn entries(text: &str) -> Option<Entries> {
    let table: toml::Table = toml::from_str(text).ok()?;
    let mut entries = Entries::new();
    collect("", &toml::Value::Table(table), &mut entries);
    Some(entries)
}

fn collect(path: &str, value: &toml::Value, entries: &mut Entries) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let separator = if path.is_empty() { "" } else { "." };
                collect(&format!("{path}{separator}{key}"), value, entries);
            }
        }
        toml::Value::Array(values) => {
            for value in values {
                let name = value.get("name").and_then(toml::Value::as_str);
                let path = format!("{path}[{}]", name.unwrap_or_default());
                collect(&path, value, entries);
            }
        }
        value => drop(entries.insert(format!("{path} = {value}"))),
    }
}

/// An entry that only one side changed, added or removed is as that side has it.
///
/// An entry that both sides changed may be as either side has it.
fn journal_is_kept(versions: &Versions, renames: &Renames) -> Option<bool> {
    let read = |text: &str| by_name(Journal::from_text(text).ok()?, renames);
    let base = read(versions.base)?;
    let mine = read(versions.mine)?;
    let theirs = read(versions.theirs)?;
    let result = read(versions.with_mine)?;
    let names: BTreeSet<_> = [&base, &mine, &theirs, &result]
        .into_iter()
        .flat_map(BTreeMap::keys)
        .collect();
    let is_right = |name| {
        let [base, mine, theirs, result] = [&base, &mine, &theirs, &result].map(|at| at.get(name));
        if mine == base {
            result == theirs
        } else if theirs == base || mine == theirs {
            result == mine
        } else {
            // Removed here and changed there: it may stay removed.
            result.is_some() || mine.is_none() || theirs.is_none()
        }
    };
    Some(names.into_iter().all(is_right))
}

/// The entries by kind and name, with the paths after the update. `None` if two have the same name.
fn by_name(journal: Journal, renames: &Renames) -> Option<BTreeMap<(String, String), Entry>> {
    let mut entries = BTreeMap::new();
    for mut entry in journal.generated {
        let files = entry.file.iter_mut().map(|file| &mut file.path);
        let lines = entry.line.iter_mut().map(|line| &mut line.path);
        for path in files.chain(lines) {
            let new = match renames.of(path) {
                same if same == path => renames.of_own(path),
                new => Some(new.to_owned()),
            };
            *path = new.unwrap_or_else(|| path.clone());
        }
        let name = (entry.kind.clone(), entry.name.clone());
        if entries.insert(name, entry).is_some() {
            return None;
        }
    }
    Some(entries)
}
