//! Random edits of both sides in different places: no conflict, and no loss.

use std::collections::BTreeMap;

use hoglet::template::Template;
use hoglet::update::merge::Labels;
use hoglet::update::outcome::{FileUpdate, Outcome};
use hoglet::update::plan::{Trees, plan};
use hoglet::update::renames::Renames;
use hoglet::update::verify::verify;
use proptest::prelude::*;
use proptest::sample::Index;
use xtask::Tree;

use crate::pairs::OWN_MERGE;

#[derive(Debug, Clone, Copy)]
enum Edit {
    Change,
    Delete,
    InsertAfter,
}

/// The edits of one file. Each is at a line, and is the user's or the template's.
#[derive(Debug, Clone)]
struct FileEdits {
    file: Index,
    edits: Vec<(Index, Edit, bool)>,
    /// Whether the user's editor writes CRLF.
    crlf: bool,
}

fn file_edits() -> impl Strategy<Value = FileEdits> {
    let edit = prop_oneof![
        Just(Edit::Change),
        Just(Edit::Delete),
        Just(Edit::InsertAfter)
    ];
    let edits = prop::collection::vec((any::<Index>(), edit, any::<bool>()), 1..12);
    (any::<Index>(), edits, prop::bool::weighted(0.2)).prop_map(|(file, edits, crlf)| FileEdits {
        file,
        edits,
        crlf,
    })
}

/// The three versions of a file, and the right result.
struct Versions {
    mine: String,
    theirs: String,
    merged: String,
}

impl FileEdits {
    /// Edits lines that occur once in the file, at least one line apart, so that every diff finds the same places.
    fn apply(&self, base: &str) -> Versions {
        let lines: Vec<&str> = base.split_inclusive('\n').collect();
        let mut counts = BTreeMap::new();
        for line in &lines {
            *counts.entry(*line).or_insert(0) += 1;
        }
        let mut taken = BTreeMap::new();
        for (at, edit, is_mine) in &self.edits {
            let at = at.index(lines.len());
            let is_apart = taken.range(at.saturating_sub(2)..=at + 2).next().is_none();
            if counts[lines[at]] == 1 && is_apart {
                taken.insert(at, (*edit, *is_mine));
            }
        }
        let version = |is_in: &dyn Fn(bool) -> bool| -> String {
            let edited = lines
                .iter()
                .enumerate()
                .map(|(at, line)| match taken.get(&at) {
                    Some((edit, is_mine)) if is_in(*is_mine) => edit.apply(line, at),
                    _ => (*line).to_owned(),
                });
            edited.collect()
        };
        let with_ends = |text: String| match self.crlf {
            true => text.replace('\n', "\r\n"),
            false => text,
        };
        Versions {
            mine: with_ends(version(&|is_mine| is_mine)),
            theirs: version(&|is_mine| !is_mine),
            merged: with_ends(version(&|_| true)),
        }
    }
}

impl Edit {
    fn apply(self, line: &str, at: usize) -> String {
        match self {
            Self::Change => format!("changed {at}: {line}"),
            Self::Delete => String::new(),
            Self::InsertAfter => format!("{line}inserted after {at}\n"),
        }
    }
}

/// The files that are merged by lines.
fn texts() -> Tree {
    let template = Template::embedded().expect("a template");
    let mut files = xtask::app::render(&template, crate::app::NAME, &[]).expect("it renders");
    files.retain(|path, contents| {
        let is_text = str::from_utf8(contents).is_ok_and(|text| text.ends_with('\n'));
        is_text && !OWN_MERGE.contains(&path.as_str()) && !path.ends_with("/Cargo.toml")
    });
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn are_all_in_the_result(all in prop::collection::vec(file_edits(), 1..12)) {
        let all_texts = texts();
        let paths: Vec<&String> = all_texts.keys().collect();
        let edits: BTreeMap<&String, &FileEdits> =
            all.iter().map(|edits| (*edits.file.get(&paths), edits)).collect();
        // The others would only take time.
        let others = paths.iter().step_by(20);
        let base: Tree = others
            .chain(edits.keys())
            .map(|path| ((*path).clone(), all_texts[*path].clone()))
            .collect();
        let app = tempfile::tempdir().expect("a temporary folder");
        let (mut mine, mut theirs, mut expected) = (base.clone(), base.clone(), base.clone());
        for (path, edits) in &edits {
            let path = *path;
            let versions = edits.apply(str::from_utf8(&base[path]).expect("a text"));
            mine.insert(path.clone(), versions.mine.into_bytes());
            theirs.insert(path.clone(), versions.theirs.into_bytes());
            expected.insert(path.clone(), versions.merged.into_bytes());
        }
        xtask::repository::write(app.path(), &mine).expect("a writable folder");

        let labels = Labels { mine: "yours".to_owned(), theirs: "hoglet 1.1.0".to_owned() };
        let trees = Trees {
            app: app.path(),
            base: &base,
            theirs: &theirs,
            renames: &Renames::default(),
            labels: &labels,
        };
        let updates = plan(&trees).expect("a plan");
        let mut result = mine.clone();
        for update in &updates {
            prop_assert!(!matches!(update.outcome, Outcome::Conflict(_)), "{:?}", update.path);
            prop_assert_eq!(update.before.as_ref(), mine.get(&update.path));
            result.insert(update.path.clone(), update.after.clone().expect("it stays"));
        }
        for path in base.keys() {
            let text = |tree: &Tree| String::from_utf8_lossy(&tree[path]).into_owned();
            prop_assert_eq!(text(&result), text(&expected), "{}", path);
        }
        verify(&trees, &updates).expect("nothing is lost");
        loses_are_found(&trees, &updates, &mine)?;
    }
}

/// Without one changed line of either side, the check fails.
fn loses_are_found(
    trees: &Trees,
    updates: &[FileUpdate],
    mine: &Tree,
) -> Result<(), TestCaseError> {
    for (number, update) in updates.iter().enumerate() {
        let after = update
            .after
            .as_deref()
            .and_then(|after| str::from_utf8(after).ok());
        let after = after.expect("a text");
        let is_edited =
            |line: &&str| line.starts_with("changed ") || line.starts_with("inserted after ");
        let Some(line) = after.split_inclusive('\n').find(is_edited) else {
            continue;
        };
        let mut broken = updates.to_vec();
        broken[number].after = Some(after.replacen(line, "", 1).into_bytes());
        prop_assert!(
            verify(trees, &broken).is_err(),
            "{} lost {line}",
            update.path
        );

        // A file of the user's that is replaced as a whole loses their change.
        if update.outcome == Outcome::Merged {
            broken[number].after = Some(trees.theirs[&update.path].clone());
            prop_assert!(
                verify(trees, &broken).is_err(),
                "{} was replaced",
                update.path
            );
            broken[number].after = mine.get(&update.path).cloned();
            prop_assert!(verify(trees, &broken).is_err(), "{} was left", update.path);
        }
    }
    Ok(())
}
