//! `Cargo.lock` after an update: the versions that the release was tested with, and the user's own crates.

use std::path::Path;

use crate::base::Files;
use crate::error::Error;

/// The lock file to write, and whether cargo must still complete it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    pub text: String,
    pub is_complete: bool,
}

/// Makes the lock file from the three versions. `None` if it stays as it is.
pub fn lock_file(app: &Path, base: &Files, theirs: &Files) -> Result<Option<LockFile>, Error> {
    let _ = (app, base, theirs);
    todo!()
}

/// Lets cargo complete the lock file of the updated app. The error is cargo's text.
pub fn complete(app: &Path) -> Result<(), String> {
    let _ = app;
    todo!()
}
