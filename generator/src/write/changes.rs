//! Creates, replaces and deletes files of an app: all of them, or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::undo::Undo;
use super::{Written, temporary_folder};
use crate::error::Error;
use crate::interrupt::Interrupt;

/// A file before and after a command.
///
/// Without `before` it is created, without `after` it is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Relative to the app, with `/` between its parts.
    pub path: String,
    /// The path that the new contents had before, if a file moves to this path. It keeps its permissions.
    pub moved_from: Option<String>,
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
}

/// Applies all changes, in this order.
///
/// A file that no longer has the bytes of `before` is an error.
///
/// A replaced or moved file keeps its permissions. A link to a file of the app stays a link. Folders that become empty are
/// removed.
pub fn apply(app: &Path, changes: &[Change], interrupt: &Interrupt) -> Result<Written, Error> {
    let app = app.canonicalize().map_err(Error::disk("find", app))?;
    // All paths are checked before the first file changes.
    for change in changes {
        target(&app, change)?;
    }

    // An early return drops these in reverse order, so the files move back before the temporary folder is removed.
    let temporary_folder = temporary_folder(&app)?;
    let aside = |kind: &str, number: usize| temporary_folder.path().join(format!("{kind}{number}"));
    let mut moves = Undo::default();
    for (number, change) in changes.iter().enumerate() {
        if let Some(after) = &change.after {
            interrupt.check()?;
            let model = app.join(change.moved_from.as_ref().unwrap_or(&change.path));
            write_aside(&aside("new", number), after, &model)
                .map_err(Error::disk("write", app.join(&change.path)))?;
        }
    }
    let mut deleted_files = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        interrupt.check()?;
        // Read again: on some disks `a` is the same path as `A`, which may be gone by now.
        let target = target(&app, change)?;
        require_unchanged(change, &target)?;
        let old = aside("old", number);
        if change.after.is_some() {
            moves
                .move_in(&aside("new", number), &target, &old)
                .map_err(Error::disk("write", &target))?;
        } else {
            moves
                .rename(&target, &old)
                .map_err(Error::disk("delete", &target))?;
            deleted_files.push(target);
        }
    }
    for file in deleted_files {
        remove_empty_folders(&app, &file, &mut moves);
    }
    Ok(Written {
        committed: false,
        note: None,
        moves,
        temporary_folder,
        parents: Undo::default(),
    })
}

/// The real path of a file in the app.
///
/// For a link, it is the path of the file to which the link leads.
fn target(app: &Path, change: &Change) -> Result<PathBuf, Error> {
    let path = app.join(&change.path);
    let in_the_way = |path: &Path| Error::InTheWay {
        path: path.to_owned(),
    };
    let Ok(present) = path.symlink_metadata() else {
        let above = path.ancestors().skip(1);
        let mut existing = above.filter(|above| above.symlink_metadata().is_ok());
        let folder = existing.next().unwrap_or(app);
        let real = folder.canonicalize().map_err(|_| in_the_way(folder))?;
        if !real.is_dir() {
            return Err(in_the_way(folder));
        }
        return inside(app, folder, real).map(|real| {
            let rest = path.strip_prefix(folder).unwrap_or(&path);
            real.join(rest)
        });
    };
    if present.is_dir() {
        return Err(in_the_way(&path));
    }
    // The link itself is deleted, and not the file that it leads to.
    if present.is_symlink() && change.after.is_none() {
        return Ok(path);
    }
    let real = path.canonicalize().map_err(|_| in_the_way(&path))?;
    let real = inside(app, &path, real)?;
    let metadata = real.metadata().map_err(Error::disk("read", &real))?;
    if metadata.is_dir() {
        return Err(in_the_way(&path));
    }
    if metadata.permissions().readonly() {
        return Err(Error::ReadOnly { path: real });
    }
    Ok(real)
}

/// Refuses a path that leads through a link to a file or folder outside of the app.
fn inside(app: &Path, path: &Path, real: PathBuf) -> Result<PathBuf, Error> {
    if real.starts_with(app) {
        return Ok(real);
    }
    Err(Error::LeadsOut {
        path: path.to_owned(),
        outside: real,
    })
}

/// Writes the new contents to a temporary file, with the permissions of `model` if there is such a file.
fn write_aside(path: &Path, contents: &[u8], model: &Path) -> io::Result<()> {
    fs::write(path, contents)?;
    if let Ok(model) = model.metadata() {
        fs::set_permissions(path, model.permissions())?;
    }
    Ok(())
}

/// Checks that no other program, such as an editor, has changed the file since it was read.
fn require_unchanged(change: &Change, target: &Path) -> Result<(), Error> {
    let now = match fs::read(target) {
        Ok(now) => Some(now),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(cause) => return Err(Error::disk("read", target)(cause)),
    };
    if now == change.before {
        return Ok(());
    }
    Err(Error::ChangedMeanwhile {
        path: target.to_owned(),
    })
}

/// Removes the folders above a deleted file, up to the first that is not empty.
fn remove_empty_folders(app: &Path, deleted: &Path, moves: &mut Undo) {
    let folders = deleted.ancestors().skip(1);
    for folder in folders.take_while(|folder| *folder != app) {
        if moves.remove_folder(folder).is_err() {
            return;
        }
    }
}
