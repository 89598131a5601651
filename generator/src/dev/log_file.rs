//! The whole log of the app, in a file; the terminal shows a part of it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use crate::dev::console::{Source, print_line};

/// Path in the app's folder. Git ignores `data`.
pub const LOG_FILE: &str = "data/hoglet-dev.log";

/// Each `hoglet dev` starts with an empty file.
pub struct LogFile(Mutex<Option<File>>);

impl LogFile {
    /// If the file cannot be written, this prints a line and continues.
    pub fn create(folder: &Path) -> Self {
        let path = folder.join(LOG_FILE);
        let created = match path.parent() {
            Some(data) => fs::create_dir_all(data).and_then(|()| File::create(&path)),
            None => File::create(&path),
        };
        let file = created.map_err(|cause| {
            print_line(
                Source::Hoglet,
                &format!("cannot write {LOG_FILE} ({cause}); the terminal has the log alone"),
            );
        });
        Self(Mutex::new(file.ok()))
    }

    pub fn write(&self, line: &str) {
        let mut file = match self.0.lock() {
            Ok(file) => file,
            Err(poisoned) => poisoned.into_inner(),
        };
        let written = file.as_mut().map(|file| writeln!(file, "{line}"));
        if let Some(Err(cause)) = written {
            *file = None;
            print_line(
                Source::Hoglet,
                &format!("{LOG_FILE} ends here: it cannot be written any more ({cause})"),
            );
        }
    }
}
