//! Merges of `.hoglet/generated.toml`, entry by entry.

use std::borrow::Cow;

use hoglet::generate::journal::{Entry, FileEntry, Journal, LineEntry, PATH};
use hoglet::template::Tree;
use hoglet::update::merge::{Merged, Sides, merge};
use hoglet::update::renames::Renames;

use crate::labels;
use crate::trees::require_nothing_lost;

fn entry(name: &str, files: &[(&str, &str)], lines: &[(&str, &str)]) -> Entry {
    Entry {
        command: format!("page {name}"),
        kind: "page".to_owned(),
        name: name.to_owned(),
        file: files
            .iter()
            .map(|(path, sha256)| FileEntry {
                path: (*path).to_owned(),
                sha256: (*sha256).to_owned(),
            })
            .collect(),
        line: lines
            .iter()
            .map(|(path, text)| LineEntry {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
                ..LineEntry::default()
            })
            .collect(),
    }
}

fn text(entries: &[Entry]) -> String {
    let journal = Journal {
        generated: entries.to_vec(),
    };
    journal.to_text().expect("TOML")
}

fn merge_texts(base: &str, mine: &str, theirs: &str, renames: &Renames) -> Merged {
    merge(PATH, Sides { base, mine, theirs }, &labels(), renames)
}

#[track_caller]
fn assert_merge(base: &[Entry], mine: &[Entry], theirs: &[Entry], expected: &[Entry]) {
    let (base, mine, theirs) = (text(base), text(mine), text(theirs));
    let sides = Sides {
        base: &base,
        mine: &mine,
        theirs: &theirs,
    };
    require_nothing_lost(PATH, sides);
    let merged = merge(PATH, sides, &labels(), &Renames::default());
    let journal = Journal::from_text(&merged.text).expect("a journal");
    assert_eq!(journal.generated, expected);
    assert_eq!(merged.conflicts, []);
}

#[test]
fn parts_of_the_user_stay_and_those_of_the_template_are_updated() {
    let demo = |hash| {
        entry(
            "demo",
            &[("src/demo.rs", hash)],
            &[("src/lib.rs", "pub mod demo;\n")],
        )
    };
    let own = entry("about", &[("src/routes/about.rs", "1")], &[]);
    let new = entry("help", &[("src/routes/help.rs", "2")], &[]);
    assert_merge(
        &[demo("old")],
        &[demo("old"), own.clone()],
        &[demo("new"), new.clone()],
        &[demo("new"), own, new],
    );
}

#[test]
fn a_part_that_the_user_removed_stays_removed() {
    let demo = |hash| entry("demo", &[("src/demo.rs", hash)], &[]);
    let own = entry("about", &[], &[]);
    let own = [own];
    assert_merge(&[demo("old")], &own, &[demo("new")], &own);
}

#[test]
fn a_part_that_the_template_removed_is_removed() {
    let (demo, own) = (entry("demo", &[], &[]), entry("about", &[], &[]));
    let base = [demo.clone()];
    assert_merge(&base, &[demo, own.clone()], &[], &[own]);
}

#[test]
fn files_and_lines_of_one_part_are_merged() {
    let base = entry(
        "demo",
        &[("a", "1"), ("b", "1")],
        &[("x", "one\n"), ("x", "two\n")],
    );
    let mine = entry(
        "demo",
        &[("a", "1"), ("b", "1"), ("mine", "1")],
        &[("x", "two\n"), ("x", "mine\n")],
    );
    let theirs = entry(
        "demo",
        &[("b", "2"), ("theirs", "1")],
        &[("x", "one\n"), ("x", "three\n")],
    );
    let merged = entry(
        "demo",
        &[("b", "2"), ("mine", "1"), ("theirs", "1")],
        &[("x", "mine\n"), ("x", "three\n")],
    );
    assert_merge(&[base], &[mine], &[theirs], &[merged]);
}

#[test]
fn both_may_have_made_the_same_part() {
    let mine = entry("about", &[("a", "1")], &[("x", "mine\n")]);
    let theirs = entry("about", &[("b", "1")], &[("x", "theirs\n")]);
    let merged = entry(
        "about",
        &[("a", "1"), ("b", "1")],
        &[("x", "mine\n"), ("x", "theirs\n")],
    );
    assert_merge(&[], &[mine], &[theirs], &[merged]);
}

#[test]
fn paths_follow_the_files_that_the_template_moved() {
    let tree = |paths: &[&str]| -> Tree {
        let file = |path: &&str| {
            (
                (*path).to_owned(),
                Cow::from(path.rsplit('/').next().expect("a name").as_bytes().to_vec()),
            )
        };
        paths.iter().map(file).collect()
    };
    let old = tree(&["src/routes.rs", "src/pages/home.rs", "src/pages/sign_up.rs"]);
    let new = tree(&[
        "src/routes.rs",
        "src/routes/home.rs",
        "src/routes/sign_up.rs",
    ]);
    let renames = Renames::along(&[old, new]);

    let part = |folder: &str| {
        let path = |name: &str| format!("src/{folder}/{name}.rs");
        entry(
            "about",
            &[(&path("about"), "1")],
            &[(&path("home"), "mod about;\n")],
        )
    };
    let merged = merge_texts(&text(&[]), &text(&[part("pages")]), &text(&[]), &renames);
    assert_eq!(merged.text, text(&[part("routes")]));
}

#[test]
fn a_journal_that_cannot_be_read_is_merged_by_lines() {
    let broken = format!("{}broken\n", text(&[entry("mine", &[], &[])]));
    let theirs = text(&[entry("theirs", &[], &[])]);
    let merged = merge_texts(&text(&[]), &broken, &theirs, &Renames::default());
    assert!(merged.text.contains("broken\n=======\n"), "{}", merged.text);
    assert_eq!(merged.conflicts.len(), 1);
}
