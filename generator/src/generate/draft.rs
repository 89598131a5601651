//! [`Draft`]: the app's files as they will be after a command.
//!
//! Reads the disk and changes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::error::Error;
use crate::write::changes::Change;

pub struct Draft {
    app: PathBuf,
    files: BTreeMap<String, Change>,
}

impl Draft {
    pub fn of(app: &Path) -> Self {
        Self {
            app: app.to_owned(),
            files: BTreeMap::new(),
        }
    }

    /// The contents of a file in the draft, or `None` if there is no such file.
    pub fn read(&mut self, path: &str) -> Result<Option<&[u8]>, Error> {
        Ok(self.file(path)?.after.as_deref())
    }

    pub fn write(&mut self, path: &str, contents: impl Into<Vec<u8>>) -> Result<(), Error> {
        self.file(path)?.after = Some(contents.into());
        Ok(())
    }

    pub fn delete(&mut self, path: &str) -> Result<(), Error> {
        self.file(path)?.after = None;
        Ok(())
    }

    /// The files that differ from those on the disk, by their paths.
    pub fn into_changes(self) -> Vec<Change> {
        let files = self.files.into_values();
        files.filter(|file| file.before != file.after).collect()
    }

    fn file(&mut self, path: &str) -> Result<&mut Change, Error> {
        if !self.files.contains_key(path) {
            let on_disk = self.app.join(path);
            let contents = match fs::read(&on_disk) {
                Ok(contents) => Some(contents),
                Err(cause) => match cause.kind() {
                    io::ErrorKind::NotFound => None,
                    io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => {
                        let mut existing = on_disk.ancestors().filter(|path| path.exists());
                        let path = existing.next().unwrap_or(&on_disk).to_owned();
                        return Err(Error::InTheWay { path });
                    }
                    _ => return Err(Error::disk("read", on_disk)(cause)),
                },
            };
            let file = Change {
                path: path.to_owned(),
                moved_from: None,
                before: contents.clone(),
                after: contents,
            };
            self.files.insert(path.to_owned(), file);
        }
        Ok(self.files.get_mut(path).expect("it was inserted above"))
    }
}
