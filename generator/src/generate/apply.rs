//! Puts a plan into the files of an app, in a [`Draft`].
//!
//! Reads the disk and changes nothing.

use std::path::Path;

use crate::error::Error;
use crate::generate::draft::Draft;
use crate::generate::format;
use crate::generate::journal::{Entry, FileEntry, Journal, LineEntry, sha256};
use crate::generate::plan::{Insertion, NewFile, Plan};
use crate::generate::report::ByHand;
use crate::generate::splice::{self, Refusal};

/// The result of a plan, in addition to the draft.
#[derive(Debug, Default)]
pub struct Applied {
    /// The journal's record of the files and lines.
    pub entry: Entry,
    /// Files that exist and differ. Empty with `force`.
    pub conflicts: Vec<String>,
    /// Lines for files without the expected shape.
    pub by_hand: Vec<ByHand>,
    /// The reason if new files could not be formatted.
    pub unformatted: Option<String>,
}

/// Puts the plan into the draft.
///
/// `entry` has the command and the name of the part. `journal` has the other parts of the app.
pub fn apply(
    plan: Plan,
    (entry, journal): (Entry, &Journal),
    (app, draft): (&Path, &mut Draft),
    force: bool,
) -> Result<Applied, Error> {
    let mut applied = Applied {
        entry,
        ..Applied::default()
    };
    let formatting = format::start(app, plan.files);
    for insertion in plan.insertions {
        let (lines, by_hand) = insert(insertion, journal, draft)?;
        applied.entry.line.push(lines);
        applied.by_hand.extend(by_hand);
    }
    let (files, unformatted) = formatting.finish();
    applied.unformatted = unformatted;
    for file in files {
        if !add_file(&file, draft, force)? {
            applied.conflicts.push(file.path);
            continue;
        }
        applied.entry.file.push(FileEntry {
            sha256: sha256(file.contents.as_bytes()),
            path: file.path,
        });
    }
    Ok(applied)
}

/// Adds a new file. Returns `false` if it exists and differs.
fn add_file(file: &NewFile, draft: &mut Draft, force: bool) -> Result<bool, Error> {
    let present = draft.read(&file.path)?;
    match present {
        Some(present) if sha256(present) == sha256(file.contents.as_bytes()) => Ok(true),
        Some(_) if !force => Ok(false),
        _ => {
            draft.write(&file.path, file.contents.as_bytes())?;
            Ok(true)
        }
    }
}

/// Adds lines to a file. Returns their entry for the journal, and lines that the user must add by hand.
fn insert(
    Insertion { path, place, text }: Insertion,
    journal: &Journal,
    draft: &mut Draft,
) -> Result<(LineEntry, Option<ByHand>), Error> {
    let file = draft.read(&path)?.map(str::from_utf8);
    let spliced = match file {
        Some(Ok(file)) => splice::insert_beside(file, &place, &text, &journal.modules(&path)),
        Some(Err(_)) => Err(Refusal::not_utf8()),
        None => Err(Refusal::missing()),
    };
    let mut entry = LineEntry::new(&path, &place, text.clone());
    let refusal = match spliced {
        Ok(spliced) => {
            draft.write(&path, spliced.file)?;
            entry.text = spliced.lines;
            return Ok((entry, None));
        }
        // Another part added them, or the user did when an earlier command asked for it.
        Err(refusal) if refusal.is_there => return Ok((entry, None)),
        Err(refusal) => refusal,
    };
    entry.by_hand = true;
    let by_hand = ByHand {
        file: path,
        line: refusal.line,
        reason: refusal.reason,
        text,
    };
    Ok((entry, Some(by_hand)))
}
