//! `Cargo.lock` after an update: the versions that the release was tested with, and the user's own crates.

use std::path::Path;

use crate::base::Files;
use crate::error::Error;
use crate::interrupt::{Interrupt, Interrupted};

/// The lock file to write, and whether cargo must still complete it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    pub text: String,
    pub is_complete: bool,
    /// To try if cargo refuses `text`: the newer version of each crate.
    second_choice: Option<String>,
}

/// The result of [`complete`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    Complete,
    /// Cargo refused it, and said why. It is left to the user.
    Refused(String),
}

/// Makes the lock file from the three versions. `None` if it stays as it is.
pub fn lock_file(app: &Path, base: &Files, theirs: &Files) -> Result<Option<LockFile>, Error> {
    let _ = (app, base, theirs);
    todo!()
}

/// Lets cargo complete the lock file of the updated app, unless it is complete. It must be on the disk already.
pub fn complete(
    app: &Path,
    lock_file: &LockFile,
    interrupt: &Interrupt,
) -> Result<Completion, Interrupted> {
    let _ = (app, lock_file.second_choice.as_deref(), interrupt);
    todo!()
}
