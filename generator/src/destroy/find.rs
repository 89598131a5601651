//! Finds the part that a command names in the journal.

use clap::ValueEnum;

use crate::destroy::arguments::Arguments;
use crate::error::Error;
use crate::generate::check::journal_name;
use crate::generate::journal::{Entry, Journal};
use crate::generate::name::Name;
use crate::generate::request::Kind;

/// Removes the part's entry from the journal, and returns it.
///
/// The error names the parts of this kind that the journal has.
pub fn take(arguments: &Arguments, journal: &mut Journal) -> Result<Entry, Error> {
    let kind = arguments.kind.as_str();
    let typed = arguments.name.as_deref().unwrap_or(kind);
    let mut spellings = vec![typed.to_owned()];
    if let Ok(name) = Name::parse(typed) {
        spellings.push(name.snake());
        if let Ok(kind) = Kind::from_str(kind, false) {
            spellings.push(journal_name(kind, &name, false));
        }
    }
    for name in &spellings {
        if let Some(entry) = journal.take(kind, name) {
            return Ok(entry);
        }
    }
    let of_kind = journal.generated.iter().filter(|entry| entry.kind == kind);
    let names: Vec<String> = of_kind.map(|entry| format!("`{}`", entry.name)).collect();
    Err(Error::argument(
        typed,
        format!("`hoglet generate` wrote no {kind} of this name here"),
        match names.is_empty() {
            true => format!("the journal .hoglet/generated.toml has no {kind} at all"),
            false => format!("it wrote {}", names.join(", ")),
        },
    ))
}
