//! A file that is to be written into an app.

use std::borrow::Cow;

/// Its path is relative to the app's directory and has `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub contents: Cow<'static, [u8]>,
    /// Readable by its owner only, never in git, and never overwritten.
    pub secret: bool,
}
