//! `Cargo.lock` after an update: the versions that the release was tested with, and the user's own crates.
//!
//! If the user has not changed the dependencies, the lock file of the release is right as it is. Otherwise
//! [`merge`](mod@merge) makes one, and cargo completes it.

mod candidate;
mod complete;
mod manifests;
mod merge;
mod package;
mod packages;
mod sides;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

pub use candidate::{LockFile, PATH};
pub use complete::{Completion, complete};

use merge::{Preference, merge};
use packages::Packages;
use sides::Sides;

use crate::base::Files;
use crate::error::Error;
use crate::shared::env_text::without_byte_order_mark;

/// Makes the lock file from the three versions. `None` if it stays as it is.
///
/// Call it before the update is written, because it reads the app's files.
pub fn lock_file(app: &Path, base: &Files, theirs: &Files) -> Result<Option<LockFile>, Error> {
    let mine = match fs::read(app.join(PATH)) {
        Ok(mine) => mine,
        // An app without a lock file stays without one.
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(Error::disk("read", app.join(PATH))(cause)),
    };
    let (base_text, Some(theirs_text)) = (base.get(PATH), theirs.get(PATH)) else {
        return Ok(None);
    };
    if base_text == Some(theirs_text) {
        return Ok(None);
    }
    let base_packages = base_text.and_then(|text| parse(text).ok());
    let base_packages = base_packages.unwrap_or_default();
    let mut sides = Sides {
        // A broken lock file contains nothing to keep.
        mine: parse(&mine).unwrap_or_else(|_| base_packages.clone()),
        base: base_packages,
        theirs: parse(theirs_text).map_err(Error::template(PATH))?,
    };
    let names_changed = sides.take_names(app, base);

    let is_untouched = manifests::are_untouched(app, base) && sides.have_same_dependencies();
    let text = match (is_untouched, names_changed) {
        (true, false) => String::from_utf8_lossy(theirs_text).into_owned(),
        (true, true) => sides.theirs.text(),
        (false, _) => merge(&sides, Preference::Tested).text(),
    };
    let second_choice = (!is_untouched).then(|| merge(&sides, Preference::Newer).text());
    let has_crlf = mine.windows(2).any(|bytes| bytes == b"\r\n");
    let with_line_ends = |text: String| match has_crlf {
        true => text.replace('\n', "\r\n"),
        false => text,
    };
    let text = with_line_ends(text);
    if is_untouched && text.as_bytes() == mine {
        return Ok(None);
    }
    Ok(Some(LockFile {
        before: mine,
        second_choice: second_choice
            .map(with_line_ends)
            .filter(|second| *second != text),
        text,
        is_complete: is_untouched,
    }))
}

fn parse(text: &[u8]) -> Result<Packages, String> {
    let text = str::from_utf8(text).map_err(|cause| cause.to_string())?;
    Packages::parse(without_byte_order_mark(text))
}
