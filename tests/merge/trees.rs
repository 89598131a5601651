//! Updates of whole apps have the same result as merges by git, and lose nothing.
//!
//! These differences from git are intended, and the test expects them:
//!
//! - A file that the user deleted stays deleted, even if the template changed or moved it. For git that is a conflict.
//! - A new file in a folder that the user deleted as a whole is not created.
//! - An update does not detect files that the user moved. In this test, the user moves no file.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;

use hoglet::template;
use hoglet::update::merge::Sides;
use hoglet::update::outcome::{FileUpdate, Outcome};
use hoglet::update::plan;
use hoglet::update::renames::Renames;
use hoglet::update::verify::verify;
use proptest::prelude::*;

use crate::edits::{Edits, edits};
use crate::git::{Files, Trees, merge_tree};
use crate::labels;

/// The change that the template makes to one of its files.
#[derive(Debug, Clone)]
enum Theirs {
    Keep,
    Edit(Edits),
    Delete,
    Move,
    MoveAndEdit(Edits),
}

/// The change that the user makes to one of the template's files.
#[derive(Debug, Clone)]
enum Mine {
    Keep,
    Edit(Edits),
    Delete,
    /// Makes the same edit as the template.
    EditLikeTheirs,
}

/// The changes to a folder.
#[derive(Debug, Clone, Default)]
struct Folder {
    moves: bool,
    has_own_file: bool,
    has_new_file: bool,
    /// Both sides add this file.
    has_file_of_both: bool,
}

fn theirs() -> impl Strategy<Value = Theirs> {
    prop_oneof![
        4 => Just(Theirs::Keep),
        5 => edits(4).prop_map(Theirs::Edit),
        1 => Just(Theirs::Delete),
        1 => Just(Theirs::Move),
        1 => edits(2).prop_map(Theirs::MoveAndEdit),
    ]
}

fn mine() -> impl Strategy<Value = Mine> {
    prop_oneof![
        4 => Just(Mine::Keep),
        4 => edits(4).prop_map(Mine::Edit),
        1 => Just(Mine::Delete),
        1 => Just(Mine::EditLikeTheirs),
    ]
}

fn folder() -> impl Strategy<Value = Folder> {
    let rarely = || prop::bool::weighted(0.2);
    (rarely(), any::<bool>(), any::<bool>(), rarely()).prop_map(|(moves, own, new, both)| Folder {
        moves,
        has_own_file: own,
        has_new_file: new,
        has_file_of_both: both,
    })
}

/// Source files that are long and different enough to be recognized after a move.
fn files() -> Vec<String> {
    let files = template::embedded_tree()
        .into_iter()
        .filter_map(|(path, contents)| {
            let is_source = path.starts_with("src/") && path.ends_with(".rs");
            let text = String::from_utf8(contents.to_vec()).ok()?;
            (is_source && text.lines().count() >= 40).then_some(text)
        });
    files.collect()
}

const FOLDERS: [&str; 4] = ["src", "src/pages", "templates", "templates/mail"];

fn trees() -> impl Strategy<Value = Trees> {
    let file = (theirs(), mine());
    let files = prop::collection::vec(file, 4..16);
    let folders = [(); FOLDERS.len()].map(|()| folder());
    (files, folders).prop_map(|(changes, folders)| {
        let mut trees = Trees::default();
        let moved = |path: &str| {
            let (folder, name) = path.rsplit_once('/').expect("a folder");
            let at = FOLDERS
                .iter()
                .position(|other| *other == folder)
                .expect("one of them");
            match folders[at].moves {
                true => format!("moved_{at}/{name}"),
                false => path.to_owned(),
            }
        };
        for (number, ((theirs, mine), text)) in changes.into_iter().zip(self::files()).enumerate() {
            let path = format!("{}/file_{number}.rs", FOLDERS[number % FOLDERS.len()]);
            let bytes = |edits: &Edits| edits.apply(&text).into_bytes();
            let (new_path, new) = match &theirs {
                Theirs::Keep => (moved(&path), Some(text.clone().into_bytes())),
                Theirs::Edit(edits) => (moved(&path), Some(bytes(edits))),
                Theirs::Delete => (path.clone(), None),
                Theirs::Move => (
                    format!("elsewhere/name_{number}.rs"),
                    Some(text.clone().into_bytes()),
                ),
                Theirs::MoveAndEdit(edits) => {
                    (format!("elsewhere/file_{number}.rs"), Some(bytes(edits)))
                }
            };
            let my_text = match (&mine, &new) {
                (Mine::Edit(edits), _) => Some(bytes(edits)),
                (Mine::EditLikeTheirs, Some(new)) => Some(new.clone()),
                (Mine::Delete, _) => None,
                (Mine::Keep | Mine::EditLikeTheirs, _) => Some(text.clone().into_bytes()),
            };
            trees.theirs.extend(new.map(|new| (new_path, new)));
            trees.mine.extend(my_text.map(|text| (path.clone(), text)));
            trees.base.insert(path, text.into_bytes());
        }
        for (folder, path) in folders.iter().zip(FOLDERS) {
            let text = |what: &str| format!("{what} in {path}\nwith\nlines\n").into_bytes();
            if folder.has_own_file {
                trees.mine.insert(format!("{path}/own.rs"), text("own"));
            }
            if folder.has_new_file {
                trees
                    .theirs
                    .insert(moved(&format!("{path}/new.rs")), text("new"));
            }
            if folder.has_file_of_both && !folder.moves {
                trees.mine.insert(format!("{path}/both.rs"), text("mine"));
                trees
                    .theirs
                    .insert(format!("{path}/both.rs"), text("theirs"));
            }
        }
        trees
    })
}

/// Checks that the update of an app with only this file loses nothing.
pub fn require_nothing_lost(path: &str, sides: Sides) {
    let files = |text: &str| Files::from([(path.to_owned(), text.as_bytes().to_vec())]);
    update(&Trees {
        base: files(sides.base),
        mine: files(sides.mine),
        theirs: files(sides.theirs),
    });
}

/// Plans the update and checks it. Also returns the files after the update.
fn update(trees: &Trees) -> (Renames, Vec<FileUpdate>, Files) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, contents) in &trees.mine {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(path, contents).expect("a writable file");
    }
    let tree = |files: &Files| {
        let file =
            |(path, contents): (&String, &Vec<u8>)| (path.clone(), Cow::Owned(contents.clone()));
        files.iter().map(file).collect()
    };
    let renames = Renames::along(&[tree(&trees.base), tree(&trees.theirs)]);
    let trees_of_update = plan::Trees {
        app: folder.path(),
        base: &trees.base,
        theirs: &trees.theirs,
        renames: &renames,
        labels: &labels(),
    };
    let updates = plan::plan(&trees_of_update).expect("a plan");
    verify(&trees_of_update, &updates).expect("nothing is lost");

    let mut files = trees.mine.clone();
    for update in &updates {
        files.remove(update.moved_from.as_ref().unwrap_or(&update.path));
    }
    for update in &updates {
        let after = update.after.clone();
        files.extend(after.map(|after| (update.path.clone(), after)));
    }
    (renames, updates, files)
}

/// The paths at which an update differs from git on purpose.
fn differences(trees: &Trees, renames: &Renames, updates: &[FileUpdate]) -> BTreeSet<String> {
    let deleted = trees
        .base
        .keys()
        .filter(|path| !trees.mine.contains_key(*path));
    let deleted = deleted.flat_map(|path| [path.clone(), renames.of(path).to_owned()]);
    let kept = updates
        .iter()
        .filter(|update| update.outcome == Outcome::KeptDeleted);
    deleted
        .chain(kept.map(|update| update.path.clone()))
        .collect()
}

/// Removes the path that git adds to the labels if a file moved.
fn without_paths_in_markers(contents: &[u8]) -> String {
    let text = str::from_utf8(contents).expect("UTF-8");
    let line = |line: &str| {
        let is_marker = ["<<<<<<< mine:", ">>>>>>> theirs:"]
            .iter()
            .any(|start| line.starts_with(start));
        match line.split_once(':') {
            Some((label, _)) if is_marker => format!("{label}\n"),
            _ => line.to_owned(),
        }
    };
    text.split_inclusive('\n').map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").map_or(48, |cases| cases.parse().expect("a number")),
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_update_is_a_merge_of_git(trees in trees()) {
        let (renames, updates, files) = update(&trees);
        let git = merge_tree(&trees);
        let differences = differences(&trees, &renames, &updates);
        let is_compared = |path: &&String| !differences.contains(*path);

        let conflicts: Vec<&String> = updates
            .iter()
            .filter(|update| matches!(update.outcome, Outcome::Conflict(_)))
            .map(|update| &update.path)
            .filter(is_compared)
            .collect();
        let conflicts_of_git: Vec<&String> = git.conflicts.keys().filter(is_compared).collect();
        let paths = |files: &Files| files.keys().filter(is_compared).cloned().collect::<Vec<_>>();
        prop_assert_eq!(paths(&files), paths(&git.files));
        prop_assert_eq!(conflicts, conflicts_of_git);
        for (path, contents) in files.iter().filter(|(path, _)| is_compared(path)) {
            let of_git = without_paths_in_markers(&git.files[path]);
            prop_assert_eq!(str::from_utf8(contents).expect("UTF-8"), of_git, "{}", path);
        }
    }
}
