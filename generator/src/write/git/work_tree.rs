//! The repository that contains an app: whether the app is clean, and which of its files have conflicts.
//!
//! This module changes nothing.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Failed, git, is_inside_work_tree, output};
use crate::error::Error;

#[derive(Debug)]
pub struct WorkTree {
    app: PathBuf,
    /// The path of the app in the repository, with a final `/`. Empty if the app is the root of the repository.
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
        // Each entry is `mode hash stage<tab>path`. A file has an entry for each stage.
        let paths = listed.iter().filter_map(|entry| entry.split_once('\t'));
        let paths: BTreeSet<&str> = paths.map(|(_, path)| path).collect();
        Ok(paths.into_iter().map(str::to_owned).collect())
    }

    /// The files of the app that differ from the last commit. Files that git ignores do not count.
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
        // Each entry is `XY path`, relative to the root of the repository.
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

    pub(super) fn app(&self) -> &Path {
        &self.app
    }

    /// The path in the repository of a file of the app.
    pub(super) fn path_of(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    fn list(&self, arguments: &[&str]) -> Result<Vec<String>, Error> {
        let mut command = git(&self.app);
        // Without this option, git may update its index.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn run(folder: &Path, arguments: &str) {
        let mut command = git(folder);
        command.args(["-c", "user.name=Hedgehog"]);
        command.args(["-c", "user.email=hedgehog@example.com"]);
        let done = output(command.args(arguments.split(' ')), &[]);
        assert!(done.is_ok(), "git {arguments}");
    }

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A repository with an app in a folder, all committed.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        write(top, "other.txt", "1\n");
        write(top, "my apps/app/.gitignore", "data\n");
        write(top, "my apps/app/a.rs", "1\n");
        for command in ["init -q -b main", "add .", "commit -q -m first"] {
            run(top, command);
        }
        folder
    }

    fn work_tree(app: &Path) -> WorkTree {
        WorkTree::of(app).unwrap().unwrap()
    }

    #[test]
    fn only_the_changes_of_the_app_count() {
        let folder = repository();
        let app = folder.path().join("my apps/app");
        assert_eq!(work_tree(&app).uncommitted().unwrap(), [""; 0]);
        write(folder.path(), "other.txt", "2\n");
        write(&app, "data/app.sqlite", "ignored");
        assert_eq!(work_tree(&app).uncommitted().unwrap(), [""; 0]);
        write(&app, "a.rs", "2\n");
        write(&app, "new/ü b.rs", "1\n");
        assert_eq!(work_tree(&app).uncommitted().unwrap(), ["a.rs", "new/"]);
        let top = work_tree(folder.path()).uncommitted().unwrap();
        assert_eq!(top, ["my apps/app/a.rs", "other.txt", "my apps/app/new/"]);
    }

    #[test]
    fn an_app_that_was_never_added_is_one_change() {
        let folder = repository();
        let app = folder.path().join("second");
        write(&app, "a.rs", "1\n");
        assert_eq!(work_tree(&app).uncommitted().unwrap(), ["."]);
    }

    #[test]
    fn unmerged_files_are_relative_to_the_app() {
        let folder = repository();
        let app = folder.path().join("my apps/app");
        run(folder.path(), "checkout -q -b side");
        write(&app, "a.rs", "side\n");
        run(folder.path(), "commit -q -a -m side");
        run(folder.path(), "checkout -q main");
        write(&app, "a.rs", "main\n");
        run(folder.path(), "commit -q -a -m main");
        assert_eq!(work_tree(&app).unmerged().unwrap(), [""; 0]);
        let _ = output(git(folder.path()).args(["merge", "-q", "side"]), &[]);
        assert_eq!(work_tree(&app).unmerged().unwrap(), ["a.rs"]);
    }

    #[test]
    fn a_linked_work_tree_is_a_repository() {
        let folder = repository();
        run(folder.path(), "worktree add -q linked");
        let app = folder.path().join("linked/my apps/app");
        assert!(folder.path().join("linked/.git").is_file());
        write(&app, "a.rs", "2\n");
        assert_eq!(work_tree(&app).uncommitted().unwrap(), ["a.rs"]);
    }

    #[test]
    fn outside_of_a_repository_there_is_none_and_a_broken_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(WorkTree::of(folder.path()).unwrap().is_none());
        write(folder.path(), ".git", "gitdir: nowhere\n");
        let error = WorkTree::of(folder.path()).unwrap_err().to_string();
        let expected = "git could not read the app's repository; fix the problem that it reports, or continue with --force:\n  fatal: ";
        assert!(error.starts_with(expected), "{error}");
    }
}
