//! A file that is to be written into an app.

use std::borrow::Cow;

/// The path is relative to the app's directory, with `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub contents: Cow<'static, [u8]>,
    /// Only its owner can read it. It is never in git, and never overwritten.
    pub secret: bool,
}
