//! `.hoglet.toml` keeps what the user wrote, and gets the new version, hash and answers.

use toml_edit::{DocumentMut, Item, Table};

use crate::update::merge::lines;
use crate::update::merge::sides::{Labels, Merged, Sides};

const ANSWERS: &str = "answers";
/// The keys of the release, in the order of a new file.
const RELEASE: [&str; 2] = ["template_version", "template_hash"];

/// A file that is not valid TOML is merged by lines.
pub fn merge(sides: Sides, labels: &Labels) -> Merged {
    match set(sides.mine, sides.theirs) {
        Some(text) => Merged {
            text,
            conflicts: Vec::new(),
        },
        None => lines::merge(sides, labels),
    }
}

fn set(mine: &str, theirs: &str) -> Option<String> {
    let mut mine: DocumentMut = mine.parse().ok()?;
    let theirs: DocumentMut = theirs.parse().ok()?;
    for key in RELEASE {
        set_key(&mut mine, &theirs, key);
    }
    let rank = |key: &str| RELEASE.iter().position(|other| *other == key);
    mine.sort_values_by(
        |one, _, other, _| match (rank(one.get()), rank(other.get())) {
            (Some(one), Some(other)) => one.cmp(&other),
            // The other keys keep their order. TOML writes tables after all values in any case.
            (one, other) => other.is_some().cmp(&one.is_some()),
        },
    );

    let new = theirs.get(ANSWERS).and_then(Item::as_table)?;
    if mine.get(ANSWERS).is_some_and(Item::is_inline_table) {
        let answers = mine.remove(ANSWERS)?.into_table().ok()?;
        mine.insert(ANSWERS, Item::Table(answers));
    }
    let answers = mine.entry(ANSWERS).or_insert_with(toml_edit::table);
    let answers = answers.as_table_mut()?;
    for (key, _) in new {
        set_key(answers, new, key);
    }
    Some(mine.to_string())
}

/// Sets a key to its value in theirs, and keeps the comments around it.
fn set_key(mine: &mut Table, theirs: &Table, key: &str) {
    let Some((key, new)) = theirs.get_key_value(key) else {
        return;
    };
    match (
        mine.get_mut(key).and_then(Item::as_value_mut),
        new.as_value(),
    ) {
        (Some(old), Some(new)) => {
            let decor = old.decor().clone();
            *old = new.clone();
            *old.decor_mut() = decor;
        }
        _ => drop(mine.insert_formatted(key, new.clone())),
    }
}
