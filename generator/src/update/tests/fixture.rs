//! Three small trees for the tests of plan and verify.

use std::borrow::Cow;
use std::fs;

use tempfile::TempDir;

use crate::base::Files;
use crate::error::Error;
use crate::template::Tree;
use crate::update::merge::Labels;
use crate::update::outcome::{ConflictKind, FileUpdate, Outcome};
use crate::update::plan::{Trees, plan};
use crate::update::renames::Renames;
use crate::update::verify::verify;

pub struct Case {
    pub app: TempDir,
    pub base: Files,
    pub theirs: Files,
    pub renames: Renames,
    labels: Labels,
}

pub type Paths<'a> = &'a [(&'a str, &'a str)];

impl Case {
    pub fn new(base: Paths, theirs: Paths, mine: Paths) -> Self {
        let case = Self::of(files(base), files(theirs));
        for (path, contents) in mine {
            case.write(path, contents);
        }
        case
    }

    pub fn of(base: Files, theirs: Files) -> Self {
        Self {
            app: tempfile::tempdir().unwrap(),
            renames: Renames::along(&[tree(&base), tree(&theirs)]),
            base,
            theirs,
            labels: Labels {
                mine: "yours".to_owned(),
                theirs: "hoglet 0.2.0".to_owned(),
            },
        }
    }

    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.app.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    pub fn trees(&self) -> Trees<'_> {
        Trees {
            app: self.app.path(),
            base: &self.base,
            theirs: &self.theirs,
            renames: &self.renames,
            labels: &self.labels,
        }
    }

    pub fn verify(&self, updates: &[FileUpdate]) -> Result<(), Error> {
        verify(&self.trees(), updates)
    }

    /// Makes the plan and checks that it loses nothing.
    pub fn plan(&self) -> Vec<FileUpdate> {
        let updates = plan(&self.trees()).unwrap();
        self.verify(&updates).unwrap();
        updates
    }

    pub fn error(&self) -> String {
        let error = plan(&self.trees()).unwrap_err().to_string();
        let app = self.app.path().canonicalize().unwrap();
        error.replace(app.to_str().unwrap(), "APP")
    }

    /// The plan in words, such as `moved a > b`.
    pub fn words(&self) -> Vec<String> {
        self.plan().iter().map(words).collect()
    }
}

/// Moves over several releases.
pub fn renames(trees: &[Paths]) -> Renames {
    let trees: Vec<Tree> = trees
        .iter()
        .map(|tree_files| tree(&files(tree_files)))
        .collect();
    Renames::along(&trees)
}

pub fn files(files: Paths) -> Files {
    let owned =
        |(path, contents): &(&str, &str)| ((*path).to_owned(), contents.as_bytes().to_vec());
    files.iter().map(owned).collect()
}

fn tree(files: &Files) -> Tree {
    let files = files.iter();
    files
        .map(|(path, contents)| (path.clone(), Cow::Owned(contents.clone())))
        .collect()
}

fn words(update: &FileUpdate) -> String {
    let outcome = match &update.outcome {
        Outcome::Created => "created",
        Outcome::Replaced => "replaced",
        Outcome::Merged => "merged",
        Outcome::Moved => "moved",
        Outcome::Deleted => "deleted",
        Outcome::KeptDeleted => "kept deleted",
        Outcome::Conflict(conflict) => match conflict.kind {
            ConflictKind::Lines(_) => "conflict",
            ConflictKind::Binary => "binary",
            ConflictKind::DeletedHere => "deleted here",
            ConflictKind::DeletedInTemplate => "deleted in template",
        },
    };
    match &update.moved_from {
        Some(from) => format!("{outcome} {from} > {}", update.path),
        None => format!("{outcome} {}", update.path),
    }
}

/// The text of the file after the update.
pub fn after(updates: &[FileUpdate], path: &str) -> String {
    let update = updates.iter().find(|update| update.path == path).unwrap();
    String::from_utf8(update.after.clone().unwrap()).unwrap()
}
