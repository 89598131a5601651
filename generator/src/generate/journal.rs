//! The journal `.hoglet/generated.toml`: a record of all generated parts.
//!
//! `hoglet generate` writes it, and `hoglet destroy` reads it to remove the parts.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Component, Path};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::generate::draft::Draft;
use crate::generate::splice::{Audience, Place};

pub const PATH: &str = ".hoglet/generated.toml";

const HEADER: &str = "\
# The parts that `hoglet generate` wrote into this app. `hoglet destroy` reads this file to remove them again.
# Commit this file. Do not add comments: Hoglet rewrites the file, and they would be lost.

";

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    #[serde(default)]
    pub generated: Vec<Entry>,
}

/// One command, with its files and lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The command as the user typed it, without `hoglet generate`: `resource post title:string`.
    pub command: String,
    pub kind: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file: Vec<FileEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub line: Vec<LineEntry>,
}

impl Entry {
    /// Gives each file of the entry, and each file with its lines, a new path.
    pub fn move_paths(&mut self, new_path: impl Fn(&str) -> String) {
        let files = self.file.iter_mut().map(|file| &mut file.path);
        let lines = self.line.iter_mut().map(|line| &mut line.path);
        for path in files.chain(lines) {
            *path = new_path(path);
        }
    }
}

/// A file that the command wrote as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    pub path: String,
    /// SHA-256 of the file in hexadecimal, with LF as line ends, before commands added lines to it.
    pub sha256: String,
}

/// Lines that the command added to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LineEntry {
    pub path: String,
    /// The kind of the [`Place`] of the lines, such as `modules` or `chain`.
    ///
    /// Empty for lines of the template, which have no blank lines of their own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The lines as the file has them, with LF as line ends.
    pub text: String,
    /// The text that replaces the lines when they are removed.
    ///
    /// Only the demo needs it (`AFTER_LOG_IN`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instead: String,
    /// Whether the command asked the user to add the lines by hand. Then they may be missing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_hand: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Journal {
    /// The app's journal. An app without one has an empty journal.
    pub fn read(app: &Path) -> Result<Self, Error> {
        let broken = |cause: String| Error::Journal {
            file: PATH.to_owned(),
            cause,
        };
        match fs::read_to_string(app.join(PATH)) {
            Ok(text) => Self::from_text(&text).map_err(broken),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(broken(cause.to_string())),
        }
    }

    /// Reads the text of a journal. The error is the reason.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let journal: Self = toml::from_str(text).map_err(|cause| {
            let message = cause.message().to_owned();
            match cause.span() {
                Some(span) => {
                    let line = text[..span.start.min(text.len())].lines().count().max(1);
                    format!("line {line}: {message}")
                }
                None => message,
            }
        })?;
        for entry in &journal.generated {
            let files = entry.file.iter().map(|file| &file.path);
            let lines = entry.line.iter().map(|line| &line.path);
            if let Some(path) = files.chain(lines).find(|path| !is_inside(path)) {
                return Err(format!("`{path}` leads out of the app"));
            }
            for line in &entry.line {
                line.place()?;
            }
        }
        Ok(journal)
    }

    /// The text of the journal, with a comment that explains it.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEADER}{}", toml::to_string_pretty(self)?))
    }

    /// Takes the entry of a command out of the journal.
    pub fn take(&mut self, kind: &str, name: &str) -> Option<Entry> {
        let mut entries = self.generated.iter();
        let at = entries.position(|entry| entry.kind == kind && entry.name == name)?;
        Some(self.generated.remove(at))
    }

    /// The modules that the parts in the journal declare in a file.
    pub fn modules(&self, path: &str) -> BTreeSet<String> {
        let lines = self.generated.iter().flat_map(|entry| &entry.line);
        let lines = lines.filter(|line| line.path == path && line.place == word(&Place::Modules));
        let names = lines.filter_map(|line| {
            let (_, name) = line.text.trim().strip_suffix(';')?.rsplit_once("mod ")?;
            Some(name.to_owned())
        });
        names.collect()
    }

    /// Whether another part in the journal needs these lines, too.
    pub fn needs_lines(&self, line: &LineEntry) -> bool {
        let mut lines = self.generated.iter().flat_map(|entry| &entry.line);
        lines.any(|other| (&other.path, &other.text) == (&line.path, &line.text))
    }

    /// Whether another part in the journal wrote this file, too.
    pub fn needs_file(&self, path: &str) -> bool {
        let mut files = self.generated.iter().flat_map(|entry| &entry.file);
        files.any(|file| file.path == path)
    }

    /// Puts the journal into a draft of the app.
    ///
    /// A journal without entries is deleted.
    pub fn put(&self, draft: &mut Draft) -> Result<(), Error> {
        if self.generated.is_empty() {
            return draft.delete(PATH);
        }
        let text = self.to_text().map_err(|cause| Error::Journal {
            file: PATH.to_owned(),
            cause: cause.to_string(),
        })?;
        draft.write(PATH, text)
    }
}

impl LineEntry {
    /// An entry for lines at a place.
    pub fn new(path: &str, place: &Place, text: String) -> Self {
        Self {
            path: path.to_owned(),
            place: word(place).to_owned(),
            text,
            ..Self::default()
        }
    }

    /// The place of the lines, or nothing for lines of the template.
    ///
    /// The error names a word that is not known.
    ///
    /// The names in the place are empty here, because removing lines needs only the kind of the place.
    pub fn place(&self) -> Result<Option<Place>, String> {
        let (function, root) = ("", "");
        Ok(Some(match self.place.as_str() {
            "" => return Ok(None),
            "modules" => Place::Modules,
            "chain" => Place::Chain { function, root },
            "vec" => Place::Vec { function },
            "macro" => Place::Macro { name: "" },
            "fields" => Place::Fields { of: "" },
            "literal" => Place::Literal { function },
            "navigation" => Place::Navigation(Audience::Everybody),
            "end" => Place::End,
            other => {
                return Err(format!(
                    "`{other}` is a place that this hoglet does not know"
                ));
            }
        }))
    }
}

/// The word for the kind of a place. [`LineEntry::place`] reads it.
fn word(place: &Place) -> &'static str {
    match place {
        Place::Modules => "modules",
        Place::Chain { .. } => "chain",
        Place::Vec { .. } => "vec",
        Place::Macro { .. } => "macro",
        Place::Fields { .. } => "fields",
        Place::Literal { .. } => "literal",
        Place::Navigation(_) => "navigation",
        Place::End => "end",
    }
}

/// Whether a path is relative and stays inside the app.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    !path.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// SHA-256 of a file in hexadecimal, with LF as line ends.
pub fn sha256(contents: &[u8]) -> String {
    let mut hash = Sha256::new();
    let mut rest = contents;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        hash.update(&rest[..at]);
        rest = &rest[at + 1..];
    }
    hash.update(rest);
    let mut text = String::new();
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(place: &Place) -> Entry {
        Entry {
            command: "event order_placed".to_owned(),
            kind: "event".to_owned(),
            name: "order_placed".to_owned(),
            file: vec![FileEntry {
                path: "src/a.rs".to_owned(),
                sha256: sha256(b"a"),
            }],
            line: vec![LineEntry::new(
                "src/posthog/events.rs",
                place,
                "    \"a\" => A {},\n\n    '''\n".to_owned(),
            )],
        }
    }

    #[test]
    fn a_journal_reads_back_as_it_was_written() {
        let (function, root) = ("", "");
        let places = [
            Place::Modules,
            Place::Chain { function, root },
            Place::Vec { function },
            Place::Macro { name: "" },
            Place::Fields { of: "" },
            Place::Literal { function },
            Place::Navigation(Audience::Everybody),
            Place::End,
        ];
        let journal = Journal {
            generated: places.iter().map(entry).collect(),
        };
        let text = journal.to_text().unwrap();
        assert!(text.starts_with("# The parts"), "{text}");
        assert_eq!(Journal::from_text(&text).unwrap(), journal);
        for (entry, place) in journal.generated.iter().zip(places) {
            assert_eq!(entry.line[0].place(), Ok(Some(place)));
        }
    }

    #[test]
    fn a_journal_that_is_not_understood_is_refused() {
        for (text, reason) in [
            (
                "[[generated]]\nkind = \"event\"\n",
                "missing field `command`",
            ),
            ("generation = 2\n", "line 1: unknown field `generation`"),
            (
                "[[generated]]\ncommand = ''\nkind = ''\nname = ''\n[[generated.file]]\npath = '../x'\nsha256 = ''\n",
                "`../x` leads out of the app",
            ),
            (
                "[[generated]]\ncommand = ''\nkind = ''\nname = ''\n[[generated.line]]\npath = 'x'\nplace = 'cellar'\ntext = ''\n",
                "`cellar` is a place that this hoglet does not know",
            ),
            ("[[generated\n", "line 1"),
        ] {
            let error = Journal::from_text(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn line_ends_do_not_change_the_hash() {
        assert_eq!(sha256(b"a\r\nb\r\n"), sha256(b"a\nb\n"));
        assert_ne!(sha256(b"a\rb"), sha256(b"a\nb"));
    }
}
