//! The repository that an app is in: whether it is clean, and which of its files have conflicts.
//!
//! Reads the repository and changes nothing.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Failed, git, is_inside_work_tree, output};
use crate::error::Error;

#[derive(Debug)]
pub struct WorkTree {
    app: PathBuf,
    /// The path of the app in the repository, with `/` at its end. It is empty for an app at the top.
    prefix: String,
}

impl WorkTree {
    /// The repository of an app. `None` if there is none, or if git is not installed.
    pub fn of(app: &Path) -> Result<Option<Self>, Error> {
        if !is_inside_work_tree(app) {
            return Ok(None);
        }
        let mut command = git(app);
        match output(command.args(["rev-parse", "--show-prefix"]), &[]) {
            Ok(prefix) => Ok(Some(Self {
                app: app.to_owned(),
                prefix: String::from_utf8_lossy(&prefix).trim_end().to_owned(),
            })),
            Err(Failed::NotStarted(cause)) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(failed) => Err(unreadable(&failed)),
        }
    }

    /// The files of the app that are unmerged.
    pub fn unmerged(&self) -> Result<Vec<String>, Error> {
        let listed = self.list(&["ls-files", "--unmerged", "-z"])?;
        // `mode hash stage<tab>path`, once for each stage.
        let paths = listed.iter().filter_map(|entry| entry.split_once('\t'));
        let paths: BTreeSet<&str> = paths.map(|(_, path)| path).collect();
        Ok(paths.into_iter().map(str::to_owned).collect())
    }

    /// The files of the app that are not as in the last commit. Files that git ignores do not count.
    pub fn uncommitted(&self) -> Result<Vec<String>, Error> {
        let listed = self.list(&[
            "status",
            "--porcelain",
            "-z",
            "--no-renames",
            "--untracked-files=normal",
            "--",
            ".",
        ])?;
        // `XY path`, relative to the top of the repository.
        let paths = listed.iter().filter_map(|entry| entry.get(3..));
        let paths = paths.map(|path| match path.strip_prefix(&self.prefix) {
            Some("") => ".",
            Some(path) => path,
            None => path,
        });
        Ok(paths.map(str::to_owned).collect())
    }

    /// A git command in the app's folder.
    pub(super) fn git(&self) -> Command {
        let mut command = git(&self.app);
        command.arg("--literal-pathspecs");
        command
    }

    /// The path of a file of the app in the repository.
    pub(super) fn path_of(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    fn list(&self, arguments: &[&str]) -> Result<Vec<String>, Error> {
        let mut command = git(&self.app);
        // Otherwise git may update its index.
        command.arg("--no-optional-locks").args(arguments);
        let listed = output(&mut command, &[]).map_err(|failed| unreadable(&failed))?;
        Ok(entries(&listed))
    }
}

/// The entries of a list that git prints with `-z`.
pub(super) fn entries(listed: &[u8]) -> Vec<String> {
    let entries = listed.split(|byte| *byte == 0);
    entries
        .filter(|entry| !entry.is_empty())
        .map(|entry| String::from_utf8_lossy(entry).into_owned())
        .collect()
}

fn unreadable(failed: &Failed) -> Error {
    Error::Repository {
        explanation: failed.explanation(),
    }
}
