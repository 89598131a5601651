//! Merges by lines, compared with those of git.

use std::collections::BTreeMap;

use hoglet::template;
use hoglet::update::merge::{Merged, Sides, lines};
use proptest::prelude::*;

use crate::edits::{Texts, apart, texts};
use crate::git::{Trees, merge_tree};
use crate::labels;

fn merge_lines(texts: &Texts) -> Merged {
    let sides = Sides {
        base: &texts.base,
        mine: &texts.mine,
        theirs: &texts.theirs,
    };
    lines::merge(sides, &labels())
}

/// Files of the template, which users and releases change.
fn files() -> Vec<String> {
    let tree = template::embedded_tree();
    let files = [
        "README.md.liquid",
        "Cargo.toml.liquid",
        ".env.example.liquid",
        "src/routes.rs",
        "src/lib.rs",
        "src/features.rs",
        "static/app.css",
        "templates/base.html",
        "tests/web/main.rs",
    ];
    let text = |path: &str| {
        let contents = tree.get(path).unwrap_or_else(|| panic!("no {path}"));
        String::from_utf8(contents.to_vec()).expect("UTF-8")
    };
    files.into_iter().map(text).collect()
}

proptest! {
    // One case consists of many merges. `PROPTEST_CASES` sets the number of cases.
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").map_or(4, |cases| cases.parse().expect("a number")),
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    /// For random edits of real files, the result has the same bytes as git's, with and without conflicts.
    #[test]
    fn a_merge_by_lines_is_that_of_git(cases in prop::collection::vec(texts(files()), 1..500)) {
        let path = |number: usize| format!("file_{number:04}");
        let mut three = Trees::default();
        for (number, texts) in cases.iter().enumerate() {
            let add = |tree: &mut BTreeMap<_, _>, text: &str| {
                tree.insert(path(number), text.as_bytes().to_vec());
            };
            add(&mut three.base, &texts.base);
            add(&mut three.mine, &texts.mine);
            add(&mut three.theirs, &texts.theirs);
        }
        let merged = merge_tree(&three);
        for (number, texts) in cases.iter().enumerate() {
            let path = path(number);
            let ours = merge_lines(texts);
            let theirs = str::from_utf8(&merged.files[&path]).expect("UTF-8");
            prop_assert_eq!(&ours.text, theirs, "{:#?}", texts);
            let has_conflict = merged.conflicts.contains_key(&path);
            prop_assert_eq!(!ours.conflicts.is_empty(), has_conflict, "{:#?}", texts);
        }
    }
}

proptest! {
    /// Edits with at least one line between them never conflict, and none is lost.
    #[test]
    fn edits_apart_from_each_other_are_all_in_the_result((texts, expected) in apart()) {
        let merged = merge_lines(&texts);
        prop_assert_eq!(merged, Merged { text: expected, conflicts: Vec::new() });
    }
}

#[test]
fn conflicts_have_the_markers_of_git_and_are_counted_from_one() {
    let texts = Texts {
        base: "1\n2\n3\n4\n5\n6\n7\n8\n9".to_owned(),
        mine: "1\ntwo\n3\n4\n5\n6\n7\n8\nnine".to_owned(),
        theirs: "1\nzwei\n3\n4\n5\n6\n7\n8\nneun".to_owned(),
    };
    let merged = merge_lines(&texts);
    let expected = "\
1
<<<<<<< mine
two
=======
zwei
>>>>>>> theirs
3
4
5
6
7
8
<<<<<<< mine
nine
=======
neun
>>>>>>> theirs
";
    assert_eq!(merged.text, expected);
    assert_eq!(merged.conflicts, [2..=6, 13..=17]);
}

#[test]
fn lines_that_look_like_markers_are_text() {
    let texts = Texts {
        base: "<<<<<<< a\n=======\n>>>>>>> b\n1\n2\n".to_owned(),
        mine: "mine\n<<<<<<< a\n=======\n>>>>>>> b\n1\n2\n".to_owned(),
        theirs: "<<<<<<< a\n=======\n>>>>>>> b\n1\ntheirs\n".to_owned(),
    };
    let merged = merge_lines(&texts);
    assert_eq!(
        merged.text,
        "mine\n<<<<<<< a\n=======\n>>>>>>> b\n1\ntheirs\n"
    );
    assert_eq!(merged.conflicts, []);
}
