//! The only module that changes the disk: all of the app, or nothing.
//!
//! Files are written aside, into a folder on the same file system that is removed however the run ends. A new directory
//! then comes into being by one rename; into one that is there the files are moved one by one, and a failure moves
//! them back.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::destination::Destination;
use crate::error::Error;
use crate::git;
use crate::interrupt::Interrupt;
use crate::render::File;
use crate::undo::Undo;

/// What became of it, beside the files.
#[derive(Debug, Default)]
pub struct Written {
    /// What did not go as planned, but did no harm.
    pub notes: Vec<&'static str>,
    /// Whether they are in a first commit.
    pub committed: bool,
}

/// Writes the files, with a repository if asked for.
pub fn write(
    destination: &Destination,
    files: &[File],
    repository: bool,
) -> Result<Written, Error> {
    let interrupt = Interrupt::listen();
    let path = destination.path();
    let beside = if destination.exists() {
        path
    } else {
        path.parent().unwrap_or(path)
    };

    // An early return drops these in reverse: files go back, then the folder aside goes, then the parents.
    let mut parents = Undo::default();
    parents
        .create_folders(beside)
        .map_err(Error::disk("create", beside))?;
    let aside = tempfile::Builder::new()
        .prefix(".hoglet-")
        .tempdir_in(beside)
        // Its own message names a path that nobody has asked for.
        .map_err(|error| error.kind().into())
        .map_err(Error::disk("write to", beside))?;
    let mut moves = Undo::default();

    // One folder deeper, since a temporary folder's permissions are tighter than the app's should be.
    let app = aside.path().join("app");
    fs::create_dir(&app).map_err(Error::disk("write to", beside))?;
    for file in files {
        interrupt.check()?;
        write_file(&app, file).map_err(Error::disk("write", path.join(&file.path)))?;
    }
    let mut written = Written::default();
    if repository && !git::is_inside_work_tree(path) {
        match git::start_repository(&app, files) {
            Ok(()) => written.committed = true,
            Err(note) => written.notes.push(note),
        }
    }
    interrupt.check()?;

    if destination.exists() {
        let replaced = aside.path().join("replaced");
        let repository = app.join(".git").exists().then_some(".git");
        for name in files
            .iter()
            .map(|file| file.path.as_str())
            .chain(repository)
        {
            interrupt.check()?;
            let to = path.join(name);
            moves
                .move_in(&app.join(name), &to, &replaced.join(name))
                .map_err(Error::disk("write", &to))?;
        }
    } else {
        fs::rename(&app, path).map_err(Error::disk("create", path))?;
    }
    moves.keep();
    parents.keep();
    Ok(written)
}

fn write_file(directory: &Path, file: &File) -> io::Result<()> {
    let path = directory.join(&file.path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if file.secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)?.write_all(&file.contents)
}
