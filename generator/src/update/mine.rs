//! [`Mine`]: the app's files on the disk. Reads them and changes nothing.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Folders without sources. They are large, and other programs create them again.
const SKIPPED: [&str; 3] = [".git", "node_modules", "target"];

#[derive(Debug)]
pub struct Mine {
    app: PathBuf,
}

impl Mine {
    pub fn of(app: &Path) -> Result<Self, Error> {
        let app = app.canonicalize().map_err(Error::disk("find", app))?;
        Ok(Self { app })
    }

    /// The contents of a file, or `None` if there is no such file.
    ///
    /// It follows a link to a file of the app, because an update changes the file that the link leads to.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let on_disk = self.app.join(path);
        let Ok(present) = on_disk.symlink_metadata() else {
            self.require_free(&on_disk)?;
            return Ok(None);
        };
        let in_the_way = || Error::InTheWay {
            path: on_disk.clone(),
        };
        if present.is_dir() {
            return Err(in_the_way());
        }
        let real = on_disk.canonicalize().map_err(|_| in_the_way())?;
        self.require_inside(&on_disk, &real)?;
        // Reading from a pipe could block for ever.
        if !real.is_file() {
            return Err(in_the_way());
        }
        let contents = fs::read(&real).map_err(Error::disk("read", on_disk))?;
        Ok(Some(contents))
    }

    /// Whether anything is at this path, even a folder or a broken link.
    pub fn has(&self, path: &str) -> bool {
        self.app.join(path).symlink_metadata().is_ok()
    }

    /// Whether anything is at exactly this path, even if `a` and `A` are the same file on this disk.
    pub fn has_exactly(&self, path: &str) -> bool {
        let on_disk = self.app.join(path);
        let folder = on_disk.parent().unwrap_or(&self.app);
        let Ok(mut entries) = fs::read_dir(folder) else {
            return false;
        };
        entries.any(|entry| {
            let name = entry.map(|entry| entry.file_name());
            name.is_ok_and(|name| Some(name.as_os_str()) == on_disk.file_name())
        })
    }

    /// The file to which a link leads, relative to the app. `None` for a file that is not a link.
    pub fn link(&self, path: &str) -> Option<String> {
        let on_disk = self.app.join(path);
        if !on_disk.is_symlink() {
            return None;
        }
        let real = on_disk.canonicalize().ok()?;
        let real = real.strip_prefix(&self.app).ok()?;
        real.to_str().map(str::to_owned)
    }

    /// The error for a path that is in the way.
    pub fn in_the_way(&self, path: &str) -> Error {
        Error::InTheWay {
            path: self.app.join(path),
        }
    }

    /// The paths of all files below a folder, without links.
    pub fn files_below(&self, folder: &str) -> Result<Vec<String>, Error> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let on_disk = self.app.join(&folder);
            let entries = match fs::read_dir(&on_disk) {
                Ok(entries) => entries,
                Err(cause) if is_missing(cause.kind()) => continue,
                Err(cause) => return Err(Error::disk("read", on_disk)(cause)),
            };
            for entry in entries {
                let entry = entry.map_err(Error::disk("read", &on_disk))?;
                let kind = entry
                    .file_type()
                    .map_err(Error::disk("read", entry.path()))?;
                // All paths of the template are UTF-8, so a file with another name is not in the way.
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                    continue;
                };
                let path = format!("{folder}/{name}");
                if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                    folders.push(path);
                } else if kind.is_file() {
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// Checks the folder for a new file. It must not be a file, and must not be a link that leads out of the app.
    fn require_free(&self, path: &Path) -> Result<(), Error> {
        let mut above = path.ancestors().skip(1);
        let folder = above.find(|folder| folder.symlink_metadata().is_ok());
        let folder = folder.unwrap_or(&self.app);
        let in_the_way = || Error::InTheWay {
            path: folder.to_owned(),
        };
        let real = folder.canonicalize().map_err(|_| in_the_way())?;
        if !real.is_dir() {
            return Err(in_the_way());
        }
        self.require_inside(folder, &real)
    }

    fn require_inside(&self, path: &Path, real: &Path) -> Result<(), Error> {
        if real.starts_with(&self.app) {
            return Ok(());
        }
        Err(Error::LeadsOut {
            path: path.to_owned(),
            outside: real.to_owned(),
        })
    }
}

fn is_missing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}
