//! The outcome of every kind of change.

mod deleted;
#[cfg(unix)]
mod links;
mod moves;
mod random;
mod special;

use crate::update::outcome::{ConflictKind, Outcome};
use crate::update::tests::fixture::{Case, after};

const LONG: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";

fn lines(old: &str, new: &str) -> String {
    LONG.replace(old, new)
}

#[test]
fn a_file_that_only_one_side_changed_is_as_that_side_has_it() {
    let case = Case::new(
        &[("a", "1\n"), ("b", "1\n"), ("c", "1\n")],
        &[("a", "2\n"), ("b", "1\n"), ("c", "1\n")],
        &[("a", "1\n"), ("b", "mine\n"), ("c", "1\n")],
    );
    assert_eq!(case.words(), ["replaced a"]);
    assert_eq!(after(&case.plan(), "a"), "2\n");
}

#[test]
fn changes_in_different_places_are_merged() {
    let case = Case::new(
        &[("a", LONG)],
        &[("a", &lines("one", "1"))],
        &[("a", &lines("eight", "8"))],
    );
    assert_eq!(case.words(), ["merged a"]);
    let both = lines("one", "1").replace("eight", "8");
    assert_eq!(after(&case.plan(), "a"), both);
}

#[test]
fn changes_in_the_same_place_are_a_conflict() {
    let case = Case::new(&[("a", "1\n")], &[("a", "2\n")], &[("a", "3\n")]);
    let updates = case.plan();
    let Outcome::Conflict(conflict) = &updates[0].outcome else {
        panic!("{updates:?}");
    };
    let all = 1..=5;
    assert_eq!(conflict.kind, ConflictKind::Lines(vec![all]));
    let stages = ["1\n", "3\n", "2\n"].map(|stage| Some(stage.as_bytes().to_vec()));
    assert_eq!(conflict.stages, stages);
    assert_eq!(
        after(&updates, "a"),
        "<<<<<<< yours\n3\n=======\n2\n>>>>>>> hoglet 0.2.0\n"
    );
}

#[test]
fn the_same_change_on_both_sides_is_no_update() {
    let case = Case::new(
        &[("a", "1\n"), ("gone", "1\n"), ("part", LONG)],
        &[("a", "2\n"), ("new", "1\n"), ("part", &lines("one", "1"))],
        &[
            ("a", "2\n"),
            ("new", "1\n"),
            ("part", &lines("one", "1").replace("eight", "8")),
        ],
    );
    assert_eq!(case.words(), [""; 0]);
}

#[test]
fn a_new_file_is_created() {
    let case = Case::new(
        &[("a/x", "1\n")],
        &[("a/x", "1\n"), ("a/y", "1\n"), ("b/z", "")],
        &[],
    );
    case.write("a/x", "1\n");
    assert_eq!(case.words(), ["created a/y", "created b/z"]);
}

#[test]
fn a_file_that_both_added_is_merged_with_an_empty_base() {
    let case = Case::new(&[], &[("a", "theirs\n")], &[("a", "mine\n")]);
    let updates = case.plan();
    let Outcome::Conflict(conflict) = &updates[0].outcome else {
        panic!("{updates:?}");
    };
    assert_eq!(conflict.stages[0], None);
    assert_eq!(case.words(), ["conflict a"]);
}

#[test]
fn a_file_that_is_no_text_stays_as_the_user_has_it() {
    let mut case = Case::new(
        &[("a", "1"), ("b", "1")],
        &[("a", "2"), ("b", "2")],
        &[("b", "1")],
    );
    case.theirs.insert("a".to_owned(), b"\xff".to_vec());
    case.theirs.insert("b".to_owned(), b"\xff".to_vec());
    case.write("a", "mine");
    assert_eq!(case.words(), ["binary a", "replaced b"]);
    assert_eq!(after(&case.plan(), "a"), "mine");
}

#[test]
fn line_ends_of_the_user_are_kept() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let case = Case::new(
        &[("a", LONG), ("b", LONG), ("c", LONG), ("d", "1\n")],
        &[
            ("a", &lines("one", "1")),
            ("b", &lines("one", "1")),
            ("d", "2\n"),
        ],
        &[
            ("a", &crlf(LONG)),
            ("b", &crlf(&lines("eight", "8"))),
            ("c", &crlf(LONG)),
            ("d", "3\r\n"),
        ],
    );
    assert_eq!(
        case.words(),
        ["replaced a", "merged b", "deleted c", "conflict d"]
    );
    let updates = case.plan();
    assert_eq!(after(&updates, "a"), crlf(&lines("one", "1")));
    assert_eq!(
        after(&updates, "b"),
        crlf(&lines("one", "1").replace("eight", "8"))
    );
    // A merge tool must show one changed line, and not a changed line end in every line.
    let Outcome::Conflict(conflict) = &updates[3].outcome else {
        panic!("{updates:?}");
    };
    let stages = ["1\r\n", "3\r\n", "2\r\n"].map(|stage| Some(stage.as_bytes().to_vec()));
    assert_eq!(conflict.stages, stages);
}

#[test]
fn the_lock_file_and_the_secrets_are_left_out() {
    let case = Case::new(
        &[("Cargo.lock", "1\n")],
        &[("Cargo.lock", "2\n"), (".env", "theirs\n")],
        &[("Cargo.lock", "1\n"), (".env", "mine\n")],
    );
    assert_eq!(case.words(), [""; 0]);
}
