//! Files that a binary carries: the app's, and Hoglet's own behind them.
//!
//! A release build carries them inside. Other builds read them from disk each time they are asked
//! for. A file of the app's takes the place of Hoglet's of the same name.

use std::borrow::Cow;

use rust_embed::{EmbeddedFile, RustEmbed};

/// A folder that a binary carries.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    get: fn(&str) -> Option<EmbeddedFile>,
    names: fn() -> Vec<Cow<'static, str>>,
}

impl Files {
    /// The files of a type with `#[derive(RustEmbed)]`.
    pub fn of<T: RustEmbed>() -> Self {
        Self {
            get: T::get,
            names: || T::iter().collect(),
        }
    }

    /// The file of this name, its path relative to the folder.
    pub fn get(&self, name: &str) -> Option<EmbeddedFile> {
        (self.get)(name)
    }

    /// The names of all files.
    pub fn names(&self) -> Vec<Cow<'static, str>> {
        (self.names)()
    }

    /// The file of this name here or, where there is none, there.
    pub fn get_or(&self, name: &str, behind: &Self) -> Option<EmbeddedFile> {
        self.get(name).or_else(|| behind.get(name))
    }
}
