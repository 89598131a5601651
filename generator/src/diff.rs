//! `hoglet diff`: the differences between an app and the release that it was made from.
//!
//! Only files of the template are compared. The user's own files are not shown.

mod named;
mod stat;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use crate::base::Base;
use crate::error::Error;
use crate::line_ends;
use crate::origin::Origin;
use crate::output;
use crate::project::Project;
use crate::releases::Releases;
use crate::unified_diff;
use crate::write::changes::Change;

use named::Named;

/// The end of `hoglet diff --help`.
const SHOWN: &str = "\
Shows the files of the app's release that you have changed or deleted. Your own files are in no
release, so they are not shown. `git apply -R` with this diff undoes your changes. Different line
ends do not count as a change.

Cargo.lock, .hoglet.toml and the journal in .hoglet/ change with most commands, so they are shown
only if a PATH names them.

The exit code is 0, with and without changes, and 2 if the template has no file below a PATH.";

#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_long_help = SHOWN)]
pub struct Arguments {
    /// Files and folders of the template; all if none is named
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Count the lines of each file instead of showing them
    #[arg(long)]
    pub stat: bool,
}

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    // The manifest may contain a conflict that an update left.
    let project = Project::find_with_any_manifest(folder)?;
    let origin = Origin::read(&project)?;
    let base = Base::find(&project, &origin, &Releases::carried()?, None)?;

    let named = Named::new(&project.root, folder, &arguments.paths, &base.files)?;
    let mut changes = Vec::new();
    for (path, contents) in &base.files {
        if named.contains(path) {
            changes.extend(change(&project.root, path, contents)?);
        }
    }

    if !base.is_exact {
        output::note(format_args!(
            "this app was made from a template between two releases; the nearest is {}, so the diff may show changes that are not yours",
            base.version
        ));
    }
    let printed = if arguments.stat {
        output::print(&stat::stat(&changes, stat::columns()))
    } else if output::has_colors() {
        output::print(&unified_diff::unified_in_colors(&changes))
    } else {
        output::print_exactly(&unified_diff::unified(&changes))
    };
    printed.map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

/// The user's change of a file, if there is one.
fn change(app: &Path, path: &str, base: &[u8]) -> Result<Option<Change>, Error> {
    let mine = read(&app.join(path))?;
    let base = match &mine {
        Some(mine) => line_ends::like(mine, base),
        None => base.to_vec(),
    };
    if mine.as_deref() == Some(base.as_slice()) {
        return Ok(None);
    }
    Ok(Some(Change {
        path: path.to_owned(),
        moved_from: None,
        before: Some(base),
        after: mine,
    }))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(contents) => Ok(Some(contents)),
        Err(cause) if is_absent(path, &cause) => Ok(None),
        Err(cause) => Err(Error::disk("read", path)(cause)),
    }
}

/// Whether there is no file at this path.
///
/// That is also the case if a folder has this path, or if a file has the path of its folder.
fn is_absent(path: &Path, cause: &io::Error) -> bool {
    let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
    absent.contains(&cause.kind()) || path.is_dir()
}
