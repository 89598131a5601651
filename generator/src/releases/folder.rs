//! The folders in `releases/`, which are embedded in this program.

use serde::{Deserialize, Serialize};

pub static FOLDERS: &[Folder] = include!(concat!(env!("OUT_DIR"), "/releases.rs"));

#[derive(Debug)]
pub struct Folder {
    /// The name of the folder.
    pub version: &'static str,
    /// `notes.md`
    pub notes: &'static str,
    /// `None` for the version under work.
    pub frozen: Option<Frozen>,
}

#[derive(Debug)]
pub struct Frozen {
    /// `release.toml`, a [`Manifest`].
    pub manifest: &'static str,
    /// `archive.gz`
    pub archive: &'static [u8],
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub version: String,
    /// The day on which it was frozen, such as `2026-12-01`.
    pub date: String,
    pub hash: String,
}
