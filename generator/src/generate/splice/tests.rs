//! Tests with the files of the template, and with files that a user has changed.

mod changed;
mod files;
mod inverse;

use super::*;

const PAGES: Place = Place::Chain {
    function: "pages",
    root: "Routes::default()",
};
const MIGRATIONS: Place = Place::Vec {
    function: "migrations",
};
const FLAGS: Place = Place::Macro { name: "flags" };
const EVENTS: Place = Place::Macro { name: "events" };

#[track_caller]
fn inserted(file: &str, place: &Place, text: &str) -> String {
    let spliced = insert(file, place, text).unwrap();
    let back = remove(&spliced.file, place, &spliced.lines).unwrap();
    assert_eq!(back, file, "taken out again");
    spliced.file
}

#[track_caller]
fn refused(file: &str, place: &Place, text: &str) -> String {
    let refusal = insert(file, place, text).unwrap_err();
    format!("{}: {}", refusal.line, refusal.reason)
}
