//! Embedded files: the app's, and Hoglet's as a fallback.
//!
//! A release build embeds the files. Other builds read them from disk on each access. A file of the app
//! replaces Hoglet's file with the same name.

use std::borrow::Cow;

use rust_embed::{EmbeddedFile, RustEmbed};

/// An embedded folder.
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

    /// A file by its path, relative to the folder.
    pub fn get(&self, name: &str) -> Option<EmbeddedFile> {
        (self.get)(name)
    }

    /// The paths of all files.
    pub fn names(&self) -> Vec<Cow<'static, str>> {
        (self.names)()
    }

    /// A file of this folder, or else of `fallback`.
    pub fn get_or(&self, name: &str, fallback: &Self) -> Option<EmbeddedFile> {
        self.get(name).or_else(|| fallback.get(name))
    }
}
