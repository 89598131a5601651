//! [`Plan`]: the files and lines that a command adds, before they are compared with the disk.

use crate::generate::splice::Place;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub files: Vec<NewFile>,
    pub insertions: Vec<Insertion>,
    /// The next steps for the user, one line each, such as to open the page.
    pub next: Vec<String>,
}

impl Plan {
    /// Adds a new file.
    pub fn file(&mut self, path: impl Into<String>, contents: String) {
        let path = path.into();
        self.files.push(NewFile { path, contents });
    }

    /// Adds lines to a file of the app.
    pub fn insert(&mut self, path: impl Into<String>, place: Place, text: impl Into<String>) {
        self.insertions.push(Insertion {
            path: path.into(),
            place,
            text: text.into(),
        });
    }
}

/// A file that the command writes as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Relative to the app, with `/` between its parts.
    pub path: String,
    pub contents: String,
}

/// Lines that the command adds to a file of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insertion {
    pub path: String,
    pub place: Place,
    /// The lines, without the indentation of the place.
    pub text: String,
}
