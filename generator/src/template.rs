//! The template: a tree of files, with its questions.
//!
//! A file `X.liquid` is rendered and written as `X`. If the template has a file `X` too, that file only makes the template
//! a crate, and is left out. All other files are written unchanged, except those that `ignore` in `cargo-generate.toml`
//! names.

pub mod questions;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Error;
use crate::template::questions::Questions;

const QUESTIONS: &str = "cargo-generate.toml";
const LOCK: &str = "Cargo.lock";

static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// Contents by path. The path is relative, with `/` between its parts.
pub type Tree = BTreeMap<String, Cow<'static, [u8]>>;

#[derive(Debug)]
pub struct Template {
    pub questions: Questions,
    /// The files of an app, by their paths in the app.
    pub files: Tree,
    /// The tests of the crates in `vendor/`, which an app gets on request only.
    pub tests: Tree,
}

impl Template {
    /// The template that is embedded in this program.
    pub fn embedded() -> Result<Self, Error> {
        Self::new(embedded_tree())
    }

    /// Makes a template from the given files.
    ///
    /// Paths are relative, with `/` between their parts.
    pub fn new(
        tree: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>,
    ) -> Result<Self, Error> {
        let mut tree: Tree = tree.into_iter().collect();
        let questions = tree.remove(QUESTIONS).unwrap_or_default();
        let questions = Questions::parse(&questions).map_err(Error::template(QUESTIONS))?;

        let (mut files, mut tests) = (Tree::new(), Tree::new());
        let mut rendered = Vec::new();
        for (path, contents) in tree {
            if vendored_crate(&path).is_some() {
                tests.insert(path, contents);
            } else if !questions.ignores(&path) {
                match path.strip_suffix(".liquid") {
                    Some(path) => rendered.push((path.to_owned(), contents)),
                    None => drop(files.insert(path, contents)),
                }
            }
        }
        files.extend(rendered);
        Ok(Self {
            questions,
            files,
            tests,
        })
    }

    /// The packages in the app's own lock file.
    pub fn locked_crates(&self) -> impl Iterator<Item = &str> {
        let lock = self
            .files
            .get(LOCK)
            .map_or("", |lock| str::from_utf8(lock).unwrap_or_default());
        lock.lines()
            .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
    }
}

/// The files of the template that is embedded in this program.
pub fn embedded_tree() -> Tree {
    let files = EMBEDDED.iter();
    files
        .map(|(path, contents)| ((*path).to_owned(), Cow::Borrowed(*contents)))
        .collect()
}

/// A file of the template that is embedded in this program.
pub fn embedded_file(path: &str) -> Option<&'static [u8]> {
    let mut files = EMBEDDED.iter();
    Some(files.find(|(name, _)| *name == path)?.1)
}

/// The crate in `vendor/` whose test has this path.
///
/// For `vendor/hoglet-web/tests/web/main.rs` it is `hoglet-web`.
pub fn vendored_crate(path: &str) -> Option<&str> {
    let (name, rest) = path.strip_prefix("vendor/")?.split_once('/')?;
    rest.starts_with("tests/").then_some(name)
}
