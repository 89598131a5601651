//! Adds lines to files of an app, and removes them again.
//!
//! Every other byte of the file stays. Rust files are parsed with syn, so a place is found in the syntax tree and not with
//! a pattern. All functions are pure: they do not read the disk.
//!
//! ```text
//! file + place → spot: the line and the indentation → the file with the new lines
//! ```
//!
//! [`remove`] searches for the text of the lines, so it also works in a file that does not parse.

mod call;
mod chain;
mod delimited;
mod functions;
mod lines;
mod modules;
mod navigation;
mod place;
mod refusal;
mod rust;
mod spot;

use std::collections::BTreeSet;

pub use call::call;
pub use place::{Audience, Place};
pub use refusal::Refusal;

use lines::Lines;
use rust::Source;
use spot::Spot;

/// The file with the new lines, and these lines as the file has them, but with LF as line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    pub file: String,
    pub lines: String,
}

/// Adds lines at a place.
///
/// If the file has the lines already, the result is a refusal with [`Refusal::is_there`].
pub fn insert(file: &str, place: &Place, text: &str) -> Result<Spliced, Refusal> {
    insert_beside(file, place, text, &BTreeSet::new())
}

/// The same as [`insert`], for a file in which these modules are `generated`.
pub fn insert_beside(
    file: &str,
    place: &Place,
    text: &str,
    generated: &BTreeSet<String>,
) -> Result<Spliced, Refusal> {
    let (mark, file) = byte_order_mark(file);
    let lines = Lines::of(file);
    if let Some(line) = lines.find(text) {
        return Err(Refusal::there(line + 1, first_line(text)));
    }
    let spot = find(file, &lines, (place, generated), text)?;
    let (file, lines) = spot.insert(lines, text);
    if place.is_rust() {
        Source::parse(&file).map_err(|refusal| Refusal {
            reason: format!("with the lines it would not parse: {}", refusal.reason),
            ..refusal
        })?;
    }
    let file = mark.to_owned() + &file;
    Ok(Spliced { file, lines })
}

/// Removes `lines`, as [`insert`] returned them, and a blank line that only they needed.
///
/// Their indentation may have changed. If the file has them several times, the last ones are removed. Only the kind of
/// the place matters, and not the names in it.
pub fn remove(file: &str, place: &Place, lines: &str) -> Result<String, Refusal> {
    let (mark, file) = byte_order_mark(file);
    let mut all = Lines::of(file);
    let Some(at) = all.find(lines) else {
        return Err(Refusal::new(
            all.len().max(1),
            format!("`{}` is not there as it was generated", first_line(lines)),
        ));
    };
    all.take_out(at, lines.lines().count());
    if place.has_blank_lines() {
        all.close_gap(at);
    }
    if place.is_between_delimiters() {
        all.close_delimiters(at);
    }
    Ok(mark.to_owned() + &all.text())
}

fn find(
    file: &str,
    lines: &Lines,
    (place, generated): (&Place, &BTreeSet<String>),
    text: &str,
) -> Result<Spot, Refusal> {
    match place {
        Place::Navigation(audience) => navigation::find(lines, *audience),
        Place::End => Ok(Spot::after_last(lines)),
        Place::Modules => modules::find(&Source::parse(file)?, lines, text, generated),
        Place::Chain { function, root } => {
            chain::find(&Source::parse(file)?, lines, function, root)
        }
        Place::Vec { function } => delimited::vec(&Source::parse(file)?, lines, function),
        Place::Macro { name } => delimited::entries(&Source::parse(file)?, lines, name, text),
        Place::Fields { of } => delimited::fields(&Source::parse(file)?, lines, of, text),
        Place::Literal { function } => {
            delimited::literal(&Source::parse(file)?, lines, function, text)
        }
    }
}

/// The byte order mark of a file, which may be empty, and the rest.
fn byte_order_mark(file: &str) -> (&str, &str) {
    file.split_at(file.len() - file.trim_start_matches('\u{feff}').len())
}

fn first_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    lines.find(is_code).unwrap_or_default()
}

#[cfg(test)]
mod tests;
