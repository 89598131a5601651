//! A file that is to be written into an app.

use std::borrow::Cow;

/// The path is relative to the app's directory, with `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub contents: Cow<'static, [u8]>,
    /// A secret file is readable by its owner only, is never in git, and is never overwritten.
    pub secret: bool,
}
