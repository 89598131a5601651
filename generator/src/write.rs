//! The only module that writes files into an app: all of them, or none.
//!
//! The files are first written to a temporary folder on the same file system. One rename then turns this folder into the
//! new directory. If the directory exists already, the files are moved into it one by one, and a failure moves them back.
//! The temporary folder is removed in every case.
//!
//! [`changes`] does the same for files of an app that exists: it also replaces and deletes.

pub mod changes;
pub mod destination;
pub mod git;
pub mod lock;
pub mod undo;

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use tempfile::TempDir;

use crate::error::Error;
use crate::file::File;
use crate::interrupt::Interrupt;
use crate::write::destination::Destination;
use crate::write::undo::Undo;

/// Whether to make a git repository for the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repository {
    /// Commit the files to a new repository, unless the app is inside another one.
    FirstCommit,
    None,
}

/// The written files.
///
/// [`Written::keep`] leaves them on disk. If this is dropped instead, they are removed again.
#[derive(Debug)]
pub struct Written {
    /// Whether the files are in a first commit.
    pub committed: bool,
    /// A problem that did no harm.
    note: Option<String>,
    // Dropped in this order: files move back, then the temporary folder is removed, then the parents.
    moves: Undo,
    temporary_folder: TempDir,
    parents: Undo,
}

impl Written {
    /// Leaves the files on disk.
    ///
    /// Returns a note about a problem that did no harm, if there was one.
    pub fn keep(self) -> Option<String> {
        self.moves.keep();
        // Only empty folders are left in the temporary folder.
        drop(self.temporary_folder);
        self.parents.keep();
        self.note
    }
}

/// Writes the files, and makes the repository.
pub fn write(
    destination: &Destination,
    files: &[File],
    repository: Repository,
) -> Result<Written, Error> {
    let interrupt = Interrupt::listen();
    let path = destination.path();
    let beside = if destination.exists() {
        path
    } else {
        path.parent().unwrap_or(path)
    };

    // An early return drops these in reverse order: files move back, then the temporary folder and the parents are removed.
    let mut parents = Undo::default();
    parents
        .create_folders(beside)
        .map_err(Error::disk("create", beside))?;
    let temporary_folder = temporary_folder(beside)?;
    let mut moves = Undo::default();

    // A folder inside it, because a temporary folder has stricter permissions than the app should have.
    let app = temporary_folder.path().join("app");
    fs::create_dir(&app).map_err(Error::disk("write to", beside))?;
    let wanted = repository == Repository::FirstCommit && !git::is_inside_work_tree(path);
    let initialized = thread::scope(|scope| {
        // It needs no files, so it runs while they are written.
        let init = wanted.then(|| scope.spawn(|| git::init(&app)));
        write_files(&app, files, path, &interrupt)?;
        Ok::<_, Error>(init.map(|init| init.join().expect("git::init does not panic")))
    })?;
    let started = initialized.map(|done| done.and_then(|()| git::first_commit(&app, files)));
    interrupt.check()?;

    if destination.exists() {
        let replaced = temporary_folder.path().join("replaced");
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
        moves
            .rename(&app, path)
            .map_err(Error::disk("create", path))?;
    }
    Ok(Written {
        committed: matches!(started, Some(Ok(()))),
        note: started.and_then(Result::err),
        moves,
        temporary_folder,
        parents,
    })
}

/// A folder for new files, on the same file system, so that they can be renamed.
fn temporary_folder(beside: &Path) -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix(".hoglet-")
        .tempdir_in(beside)
        // Keep only the kind of the error: its message would name the temporary folder.
        .map_err(|error| error.kind().into())
        .map_err(Error::disk("write to", beside))
}

/// Writes the files to the folder `app`. Errors name their final place below `path`.
///
/// Two threads share the work, because creating a file takes longer than making its contents.
fn write_files(
    app: &Path,
    files: &[File],
    path: &Path,
    interrupt: &Interrupt,
) -> Result<(), Error> {
    let folders: BTreeSet<_> = files
        .iter()
        .filter_map(|file| Path::new(&file.path).parent())
        .collect();
    for folder in folders {
        fs::create_dir_all(app.join(folder)).map_err(Error::disk("create", path.join(folder)))?;
    }
    let write_each = |files: &[File]| {
        files.iter().try_for_each(|file| {
            interrupt.check()?;
            write_file(app, file).map_err(Error::disk("write", path.join(&file.path)))
        })
    };
    let (first_half, second_half) = files.split_at(files.len() / 2);
    thread::scope(|scope| {
        let other_writer = scope.spawn(|| write_each(second_half));
        write_each(first_half)?;
        other_writer.join().expect("no writer panics")
    })
}

fn write_file(directory: &Path, file: &File) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if file.secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file_on_disk = options.open(directory.join(&file.path))?;
    file_on_disk.write_all(&file.contents)
}
