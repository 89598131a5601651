//! The rule for files that are merged by keys or entries. Such a merge may write them in another order or form.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::Versions;
use crate::generate::journal::{self, Entry, Journal, LineEntry};
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

/// The entries of a table: pairs of a path such as `key.key` and a value. Each element of an array has a pair.
type Entries = BTreeSet<(String, String)>;

fn manifest_is_kept(versions: &Versions) -> Option<bool> {
    let base = entries(versions.base)?;
    let mine = entries(versions.mine)?;
    let theirs = entries(versions.theirs)?;
    let is_kept = |result: &Entries, side: &Entries, other: &Entries| {
        side.iter().all(|entry| {
            let is_removed = base.contains(entry) && !other.contains(entry);
            result.contains(entry) || is_removed
        })
    };
    let has_nothing_else = |result: &Entries, side: &Entries, other: &Entries| {
        result.iter().all(|entry| {
            let is_added = other.contains(entry) && !base.contains(entry);
            side.contains(entry) || is_added
        })
    };
    // A key that the user removed stays removed, even if theirs has a new value for it.
    let wanted = theirs.iter().filter(|(path, _)| {
        let path = path.trim_end_matches("[]");
        let keys = path.match_indices('.').map(|(end, _)| &path[..end]);
        let mut keys = keys.chain([path]);
        !keys.any(|key| has_key(&base, key) && !has_key(&mine, key))
    });
    let wanted: Entries = wanted.cloned().collect();
    let with_mine = entries(versions.with_mine)?;
    let with_theirs = entries(versions.with_theirs)?;
    Some(
        is_kept(&with_mine, &mine, &theirs)
            && has_nothing_else(&with_mine, &mine, &theirs)
            && is_kept(&with_theirs, &wanted, &mine)
            && has_nothing_else(&with_theirs, &theirs, &mine),
    )
}

fn has_key(entries: &Entries, key: &str) -> bool {
    entries.iter().any(|(path, _)| {
        let rest = path.strip_prefix(key);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// `.hoglet.toml` must have the release and the answers of theirs, and everything else of mine.
fn origin_is_kept(versions: &Versions) -> Option<bool> {
    let result = entries(versions.with_theirs)?;
    let (mine, theirs) = (entries(versions.mine)?, entries(versions.theirs)?);
    let is_replaced = |key: &str| key.starts_with("template_") || key.starts_with("answers.");
    let mut own = mine.iter().filter(|(key, _)| !is_replaced(key));
    let mut new = theirs.iter().filter(|(key, _)| is_replaced(key));
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
            // So that an empty array is there, too.
            entries.insert((path.to_owned(), "[]".to_owned()));
            for value in values {
                let name = value.get("name").and_then(toml::Value::as_str);
                let path = format!("{path}[{}]", name.unwrap_or_default());
                collect(&path, value, entries);
            }
        }
        value => {
            // `serde = "1"` is short for `serde = { version = "1" }`.
            let is_version = value.is_str() && is_dependency(path);
            let end = if is_version { ".version" } else { "" };
            entries.insert((format!("{path}{end}"), value.to_string()));
        }
    }
}

/// Whether a key is directly in a table of dependencies.
fn is_dependency(path: &str) -> bool {
    let table = path.rsplit_once('.').map(|(table, _)| table);
    table.is_some_and(|table| table.ends_with("dependencies"))
}

/// If only one side changed, added or removed an entry, the result must have the entry of that side.
///
/// If both sides changed an entry, only its existence is checked.
fn journal_is_kept(versions: &Versions, renames: &Renames) -> Option<bool> {
    let read = |text: &str| Some(Journal::from_text(text).ok()?.generated);
    let followed = |text: &str| {
        let mut entries = read(text)?;
        for entry in &mut entries {
            entry.move_paths(|path| renames.of_any(path));
        }
        Some(entries)
    };
    let base = by_name(followed(versions.base)?);
    let mine = by_name(followed(versions.mine)?);
    let theirs = by_name(read(versions.theirs)?);
    let result = by_name(read(versions.with_mine)?);
    let names: BTreeSet<_> = [&base, &mine, &theirs, &result]
        .into_iter()
        .flat_map(BTreeMap::keys)
        .collect();
    let is_right = |name| {
        let [base, mine, theirs, result] = [&base, &mine, &theirs, &result].map(|at| at.get(name));
        if mine == base {
            // `by_name` hides a change of the order in an entry. The merge keeps an entry with such a change, even if theirs
            // removed it.
            result == theirs || theirs.is_none() && result == mine
        } else if theirs == base || mine == theirs {
            result == mine
        } else {
            // If one side removed the entry and the other changed it, it may be absent.
            result.is_some() || mine.is_none() || theirs.is_none()
        }
    };
    Some(names.into_iter().all(is_right))
}

/// The entries by kind and name. The files and lines of an entry are sorted, and duplicates are removed.
fn by_name(entries: Vec<Entry>) -> BTreeMap<(String, String), Entry> {
    let entries = entries.into_iter().map(|mut entry| {
        entry.file.sort_by(|one, other| one.path.cmp(&other.path));
        entry.file.dedup_by(|one, other| one.path == other.path);
        let place = |line: &LineEntry| (line.path.clone(), line.place.clone(), line.text.clone());
        entry.line.sort_by_cached_key(place);
        entry.line.dedup_by_key(|line| place(line));
        ((entry.kind.clone(), entry.name.clone()), entry)
    });
    entries.collect()
}
