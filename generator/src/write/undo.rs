//! Undoes changes to the disk unless they are kept.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Undoes its steps in reverse order when it is dropped.
#[derive(Debug, Default)]
pub struct Undo(Vec<Step>);

#[derive(Debug)]
enum Step {
    Created { folder: PathBuf },
    Removed { folder: PathBuf },
    Moved { from: PathBuf, to: PathBuf },
    Replaced { to: PathBuf, old: PathBuf },
}

impl Undo {
    /// Creates a folder and all missing folders above it.
    pub fn create_folders(&mut self, folder: &Path) -> io::Result<()> {
        let mut missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| folder.symlink_metadata().is_err())
            .collect();
        while let Some(folder) = missing.pop() {
            fs::create_dir(folder)?;
            self.0.push(Step::Created {
                folder: folder.to_owned(),
            });
        }
        Ok(())
    }

    /// Moves a file to `to`.
    ///
    /// An existing file at `to` is replaced in one step, and is kept as `replaced`.
    pub fn move_in(&mut self, from: &Path, to: &Path, replaced: &Path) -> io::Result<()> {
        if let Some(folder) = to.parent() {
            self.create_folders(folder)?;
        }
        if to.symlink_metadata().is_ok() {
            if let Some(folder) = replaced.parent() {
                fs::create_dir_all(folder)?;
            }
            // A hard link keeps the old file, so `to` exists at all times. Some file systems have none, so the file is copied.
            fs::hard_link(to, replaced).or_else(|_| fs::copy(to, replaced).map(drop))?;
            fs::rename(from, to)?;
            self.0.push(Step::Replaced {
                to: to.to_owned(),
                old: replaced.to_owned(),
            });
            return Ok(());
        }
        self.rename(from, to)
    }

    /// Removes a folder. One that is not empty stays, which is an error.
    pub fn remove_folder(&mut self, folder: &Path) -> io::Result<()> {
        fs::remove_dir(folder)?;
        self.0.push(Step::Removed {
            folder: folder.to_owned(),
        });
        Ok(())
    }

    /// Moves a file or folder to a path that is free.
    pub fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        self.0.push(Step::Moved {
            from: from.to_owned(),
            to: to.to_owned(),
        });
        Ok(())
    }

    /// Keeps all changes.
    pub fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        while let Some(step) = self.0.pop() {
            // A failure here is not reported, because the error that caused the undo matters more.
            let _ = match step {
                Step::Created { folder } => fs::remove_dir(folder),
                Step::Removed { folder } => fs::create_dir(folder),
                Step::Moved { from, to } => fs::rename(to, from),
                Step::Replaced { to, old } => fs::rename(old, to),
            };
        }
    }
}
