//! A project name that cargo, Rust, git and every file system accept.

use std::fmt;

use crate::error::Error;
use crate::keywords::{is_keyword, is_windows_device};

const LONGEST: usize = 64;

/// The crates that come with the compiler.
const STANDARD_CRATES: &[&str] = &[
    "alloc",
    "compiler_builtins",
    "core",
    "panic_abort",
    "panic_unwind",
    "proc_macro",
    "std",
    "std_detect",
    "sysroot",
    "test",
    "unwind",
];

/// Cargo's own folders in `target/debug`, where cargo also puts the binary.
const BUILD_FOLDERS: &[&str] = &["build", "deps", "examples", "incremental"];

/// A checked project name, for the package, its binary and the app's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectName(String);

impl ProjectName {
    /// Checks a name. `locked_crates` are the packages in the app's own lock file.
    pub fn new<'a>(
        name: &str,
        mut locked_crates: impl Iterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        let refuse = |reason: &str| {
            Err(Error::BadName {
                name: name.to_owned(),
                reason: reason.to_owned(),
            })
        };
        // Rust code writes `-` in a package's name as `_`.
        let same = |other: &str| name.replace('-', "_") == other.replace('-', "_");

        if name.is_empty() {
            return refuse("it is empty");
        }
        if !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        {
            return refuse("only ASCII letters, digits, `-` and `_` are allowed");
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return refuse("it must start with a letter");
        }
        if name.len() > LONGEST {
            return refuse("it is longer than 64 characters");
        }
        if is_keyword(name) {
            return refuse("it is a Rust keyword");
        }
        if STANDARD_CRATES.iter().any(|standard| same(standard)) {
            return refuse("Rust itself has a crate of this name");
        }
        if BUILD_FOLDERS.contains(&name) {
            return refuse("cargo has a folder of this name in `target`");
        }
        if is_windows_device(name) {
            return refuse("it is a device on Windows");
        }
        if locked_crates.any(same) {
            return refuse("the app depends on a crate of that name");
        }
        Ok(Self(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as Rust code would write it.
    pub fn crate_name(&self) -> String {
        self.0.replace('-', "_").to_ascii_lowercase()
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
