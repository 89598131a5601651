//! Merges a `Cargo.toml`: by lines if that gives a valid manifest without conflicts, otherwise by key.
//!
//! In a merge by key, both sides can add dependencies at the same place, or features to the same dependency, without a
//! conflict. The result is the user's manifest, with its order and its comments, and with the template's changes.

mod array;
mod order;
mod plain;
mod tables;

use toml_edit::{DocumentMut, RawString};

use self::tables::{Place, Tables, Versions};
use crate::update::merge::lines;
use crate::update::merge::sides::{Labels, Merged, Sides};

pub fn merge(sides: Sides, labels: &Labels) -> Merged {
    let merged = lines::merge(sides, labels);
    let is_valid = merged.text.parse::<DocumentMut>().is_ok();
    if is_valid && merged.conflicts.is_empty() {
        return merged;
    }
    by_key(sides, labels).unwrap_or(merged)
}

/// `None` if one of the manifests is not valid, or if there is a conflict that cannot be marked.
fn by_key(sides: Sides, labels: &Labels) -> Option<Merged> {
    let base: DocumentMut = sides.base.parse().ok()?;
    let theirs: DocumentMut = sides.theirs.parse().ok()?;
    let mut mine: DocumentMut = sides.mine.parse().ok()?;

    let tables = Tables {
        labels: Some(labels),
    };
    let text = |raw: &RawString| raw.as_str().unwrap_or_default().to_owned();
    let ends = [&base, &mine, &theirs].map(|document| text(document.trailing()));
    mine.set_trailing(tables.comments(&ends));
    tables.merge(
        &Place::default(),
        Versions {
            base: &base,
            mine: &mut mine,
            theirs: &theirs,
        },
    )?;

    let merged = Merged::marked(mine.to_string(), labels);
    let is_valid = merged.text.parse::<DocumentMut>().is_ok();
    (is_valid || !merged.conflicts.is_empty()).then_some(merged)
}
