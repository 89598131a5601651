//! The template: a tree of files, with its questions.
//!
//! A file `X.liquid` is rendered and written as `X`; it wins over an `X` beside it, which is there for the template to
//! be a crate itself. Every other file is written as it is, but for what the template keeps to itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Error;
use crate::questions::Questions;

const QUESTIONS: &str = "cargo-generate.toml";
const LOCK: &str = "Cargo.lock";

static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// What is in the template, under the paths it will have in the app.
#[derive(Debug)]
pub struct Template {
    pub questions: Questions,
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Template {
    /// The template this binary carries.
    pub fn embedded() -> Result<Self, Error> {
        Self::new(
            EMBEDDED
                .iter()
                .map(|(path, contents)| ((*path).to_owned(), Cow::Borrowed(*contents))),
        )
    }

    /// A template of the given files, their paths relative and with `/`.
    pub fn new(
        tree: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>,
    ) -> Result<Self, Error> {
        let mut tree: BTreeMap<String, Cow<'static, [u8]>> = tree.into_iter().collect();
        let questions = tree.remove(QUESTIONS).unwrap_or_default();
        let questions = Questions::parse(&questions).map_err(Error::template(QUESTIONS))?;

        let mut files = BTreeMap::new();
        let mut rendered = Vec::new();
        for (path, contents) in tree {
            if questions.ignores(&path) {
                continue;
            }
            match path.strip_suffix(".liquid") {
                Some(path) => rendered.push((path.to_owned(), contents)),
                None => drop(files.insert(path, contents)),
            }
        }
        files.extend(rendered);
        Ok(Self { questions, files })
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
