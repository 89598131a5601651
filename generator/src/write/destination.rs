//! The directory of an app, and the checks before writing there.
//!
//! Reads the disk and changes nothing.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::Error;
use crate::file::File;

/// An absolute directory that may be written to.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    exists: bool,
    /// The path as it was typed.
    typed: PathBuf,
    /// The last part of the path.
    name: Option<OsString>,
}

impl Destination {
    /// Refuses a file, and a path below a file.
    ///
    /// Without `force` it also refuses a directory that contains anything but `.git`.
    pub fn find(typed: &Path, force: bool) -> Result<Self, Error> {
        let path = absolute(typed)?;
        // A dangling link counts as existing.
        let exists = path.symlink_metadata().is_ok();
        if exists && !path.is_dir() {
            return Err(Error::NotADirectory { path });
        }
        // The nearest existing path above it must be a directory.
        let holder = path
            .ancestors()
            .skip(1)
            .find(|above| above.symlink_metadata().is_ok());
        if let Some(holder) = holder.filter(|holder| !holder.is_dir()) {
            return Err(Error::NotADirectory {
                path: holder.to_owned(),
            });
        }
        if exists && !force {
            for entry in fs::read_dir(&path).map_err(Error::disk("read", &path))? {
                let entry = entry.map_err(Error::disk("read", &path))?;
                if entry.file_name() != ".git" {
                    return Err(Error::NotEmpty { path });
                }
            }
        }
        Ok(Self {
            name: last_part(typed, &path),
            path,
            exists,
            typed: typed.to_owned(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn typed(&self) -> &Path {
        &self.typed
    }

    pub fn exists(&self) -> bool {
        self.exists
    }

    /// The project name that the directory suggests.
    ///
    /// It is the last part of the typed path, even if that is a link.
    pub fn name(&self) -> Result<&str, Error> {
        let name = self.name.as_deref().and_then(OsStr::to_str);
        name.ok_or_else(|| Error::NoName {
            directory: self.typed.clone(),
        })
    }

    /// Leaves out secret files that exist, and refuses files it could not write.
    pub fn check(&self, mut files: Vec<File>) -> Result<Vec<File>, Error> {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        if !self.exists {
            return Ok(files);
        }
        files.retain(|file| !file.secret || self.path.join(&file.path).symlink_metadata().is_err());
        for file in &files {
            let path = self.path.join(&file.path);
            if path.symlink_metadata().is_ok_and(|there| there.is_dir()) {
                return Err(Error::InTheWay { path });
            }
            let folders = path
                .ancestors()
                .skip(1)
                .take_while(|folder| *folder != self.path);
            for folder in folders {
                // A link could lead out of the directory.
                if folder.symlink_metadata().is_ok_and(|there| !there.is_dir()) {
                    return Err(Error::InTheWay {
                        path: folder.to_owned(),
                    });
                }
            }
        }
        Ok(files)
    }
}

/// The last part of the typed path, or the directory's own name.
///
/// The directory's own name is used for a path that does not end in a name, such as `..`.
fn last_part(typed: &Path, path: &Path) -> Option<OsString> {
    match typed.components().next_back() {
        Some(Component::Normal(name)) => Some(name.to_owned()),
        Some(Component::CurDir) => here(path).or_else(|| path.file_name().map(OsStr::to_owned)),
        _ => path.file_name().map(OsStr::to_owned),
    }
}

/// The working directory's name as the shell shows it.
///
/// The system's own path has the links resolved.
fn here(path: &Path) -> Option<OsString> {
    let shown = PathBuf::from(std::env::var_os("PWD")?);
    let same = shown.canonicalize().is_ok_and(|real| real == path);
    shown.file_name().filter(|_| same).map(OsStr::to_owned)
}

/// Resolves `.`, `..` and links, even if the last parts do not exist yet.
fn absolute(typed: &Path) -> Result<PathBuf, Error> {
    let mut path = PathBuf::new();
    for part in std::path::absolute(typed)
        .map_err(Error::disk("find", typed))?
        .components()
    {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
        if let Ok(real) = path.canonicalize() {
            path = real;
        }
    }
    Ok(path)
}
