//! `hoglet update`: brings an app to a newer release of its template.
//!
//! ```text
//! arguments → origin → base and theirs, rendered → plan of every file → check → write, all or nothing → report
//! ```
//!
//! The *base* is the release that the app was made from, *theirs* is the release to update to, and *mine* are the files on
//! the disk.

mod arguments;
pub mod lock_file;
pub mod merge;
pub mod outcome;
pub mod plan;
pub mod renames;
pub mod report;
pub mod verify;

use std::path::Path;
use std::process::ExitCode;

pub use arguments::Arguments;

use crate::error::Error;
use crate::releases::Releases;

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    run_with(&Releases::carried()?, folder, arguments)
}

/// Updates to one of these releases. Tests have releases of their own.
pub fn run_with(
    releases: &Releases,
    folder: &Path,
    arguments: &Arguments,
) -> Result<ExitCode, Error> {
    let _ = (releases, folder, arguments);
    todo!()
}
