//! The journal `.hoglet/generated.toml`: what `hoglet generate` wrote, so that `hoglet destroy` can take it out.

use serde::{Deserialize, Serialize};

pub const PATH: &str = ".hoglet/generated.toml";

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Journal {
    #[serde(default)]
    pub generated: Vec<Entry>,
}

/// One command and what it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Entry {
    /// As it was typed, without `hoglet generate`: `resource post title:string`.
    pub command: String,
    pub kind: String,
    pub name: String,
    #[serde(default)]
    pub file: Vec<FileEntry>,
    #[serde(default)]
    pub line: Vec<LineEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct FileEntry {
    pub path: String,
    /// SHA-256 of the file in hexadecimal, with LF as line ends.
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct LineEntry {
    pub path: String,
    /// The lines as they stand in the file, with LF as line ends.
    pub text: String,
    /// Replaces the lines when they are taken out. Only the demo needs it (`AFTER_LOG_IN`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instead: String,
}
