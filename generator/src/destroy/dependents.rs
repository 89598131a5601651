//! Refuses to remove a table to which the tables of other parts refer.

use crate::error::Error;
use crate::generate::field::{Field, FieldType};
use crate::generate::journal::{Entry, Journal};
use crate::generate::request::Kind;

/// Refuses if another part in `journal` refers to the table of `entry`.
pub fn refuse(entry: &Entry, journal: &Journal) -> Result<(), Error> {
    if !has_table(entry) {
        return Ok(());
    }
    let others = journal.generated.iter();
    let dependents = others.filter(|other| has_table(other) && refers(other, &entry.name));
    let dependents: Vec<String> = dependents
        .map(|other| format!("{} {}", other.kind, other.name))
        .collect();
    if dependents.is_empty() {
        return Ok(());
    }
    Err(Error::Needed {
        what: format!("{} {}", entry.kind, entry.name),
        dependents,
    })
}

fn has_table(entry: &Entry) -> bool {
    let kinds = [Kind::Resource, Kind::Model, Kind::Migration];
    kinds.iter().any(|kind| kind.word() == entry.kind)
}

/// Whether a field of the command refers to the table of this name.
fn refers(entry: &Entry, name: &str) -> bool {
    let words = entry.command.split_whitespace().skip(2);
    let mut fields = words.filter_map(|word| Field::parse(word.trim_matches('\'')).ok());
    fields.any(|field| matches!(field.kind, FieldType::References(to) if to.snake() == name))
}
