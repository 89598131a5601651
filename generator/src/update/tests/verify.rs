//! The verification refuses wrong results of a merge.

use crate::update::outcome::{Conflict, ConflictKind, FileUpdate, Outcome};
use crate::update::tests::fixture::Case;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";

fn case(base: &str, theirs: &str, mine: &str) -> Case {
    Case::new(&[("a", base)], &[("a", theirs)], &[("a", mine)])
}

fn update(case: &Case, outcome: Outcome, after: &str) -> FileUpdate {
    let before = std::fs::read(case.app.path().join("a")).ok();
    FileUpdate {
        path: "a".to_owned(),
        moved_from: None,
        outcome,
        before,
        after: Some(after.as_bytes().to_vec()),
    }
}

#[track_caller]
fn refused(case: &Case, updates: &[FileUpdate]) -> String {
    case.verify(updates).unwrap_err().to_string()
}

/// A case in which both sides changed the file: theirs changed lines 1 and 5, and the user changed line 8.
fn both() -> Case {
    let theirs = BASE.replace("one\n", "").replace("five", "5");
    case(BASE, &theirs, &BASE.replace("eight", "8"))
}

const MERGED: &str = "two\nthree\nfour\n5\nsix\nseven\n8\n";

#[test]
fn a_right_merge_is_accepted() {
    let case = both();
    case.verify(&[update(&case, Outcome::Merged, MERGED)])
        .unwrap();
    let crlf = MERGED.replace('\n', "\r\n");
    case.verify(&[update(&case, Outcome::Merged, &crlf)])
        .unwrap();
}

#[test]
fn a_lost_or_foreign_line_is_refused() {
    for (wrong, line) in [
        // A change of theirs.
        (MERGED.replace('5', "five"), "five"),
        // A line that theirs removed.
        (format!("one\n{MERGED}"), "one"),
        // A change of the user.
        (MERGED.replace('8', "eight"), "8"),
        // A line that neither side added.
        (MERGED.replace("six\n", ""), "six"),
        (format!("{MERGED}more\n"), "more"),
        (format!("{MERGED}six\n"), "six"),
        (String::new(), ""),
    ] {
        let case = both();
        let error = refused(&case, &[update(&case, Outcome::Merged, &wrong)]);
        assert!(
            error.starts_with("the update would lose the line `"),
            "{error}"
        );
        assert!(error.contains("in `a`, so nothing was written"), "{error}");
        assert!(error.contains("please report it"), "{error}");
        let is_named = error.contains(&format!("`{line}`"));
        // Of two wrong lines, either may be named.
        assert!(is_named || wrong.contains("five") || wrong.contains("eight") || wrong.is_empty());
    }
}

#[test]
fn a_file_that_was_forgotten_is_refused() {
    let error = refused(&both(), &[]);
    assert!(error.contains("in `a`"), "{error}");
    let new = Case::new(&[], &[("a", "1\n")], &[]);
    assert!(refused(&new, &[]).contains("the template's file in `a`"));
    let deleted = case("1\n", "1\n", "1\n");
    let deleted = Case::new(&[("a", "1\n")], &[], &[("a", "1\n")])
        .verify(&[])
        .and(deleted.verify(&[]));
    assert!(
        deleted
            .unwrap_err()
            .to_string()
            .contains("your file in `a`")
    );
    let kept = Case::new(&[("a", "1\n")], &[("a", "2\n")], &[]);
    assert!(refused(&kept, &[]).contains("the template's file in `a`"));
}

#[test]
fn a_file_of_one_side_must_be_as_that_side_has_it() {
    let case = case("1\n", "2\n", "1\n");
    assert!(refused(&case, &[update(&case, Outcome::Replaced, "3\n")]).contains("template's"));
    let same = self::case("1\n", "1\n", "2\n");
    assert!(refused(&same, &[update(&same, Outcome::Replaced, "1\n")]).contains("your file"));
}

#[test]
fn the_users_file_is_not_deleted() {
    let case = Case::new(&[("a", "1\n")], &[], &[("a", "2\n")]);
    let mut deleted = update(&case, Outcome::Deleted, "");
    deleted.after = None;
    assert!(refused(&case, &[deleted]).contains("your file in `a`"));
    // The file must also be listed.
    assert!(refused(&case, &[]).contains("your file in `a`"));
    let own = Case::new(&[], &[], &[("a", "own\n")]);
    let mut deleted = update(&own, Outcome::Deleted, "");
    deleted.after = None;
    assert!(refused(&own, &[deleted]).contains("your file in `a`"));
}

#[test]
fn the_users_file_is_not_written_over_by_a_moved_one() {
    let case = Case::new(
        &[("b", BASE)],
        &[("a", BASE)],
        &[("a", "own\n"), ("b", BASE)],
    );
    let moved = FileUpdate {
        path: "a".to_owned(),
        moved_from: Some("b".to_owned()),
        outcome: Outcome::Moved,
        before: Some(BASE.as_bytes().to_vec()),
        after: Some(BASE.as_bytes().to_vec()),
    };
    assert!(refused(&case, &[moved]).contains("your file in `a`"));
}

#[test]
fn one_path_has_one_update_and_secrets_have_none() {
    let case = case("1\n", "2\n", "1\n");
    let update = update(&case, Outcome::Replaced, "2\n");
    case.verify(std::slice::from_ref(&update)).unwrap();
    refused(&case, &[update.clone(), update.clone()]);
    let secrets = FileUpdate {
        path: ".env".to_owned(),
        ..update.clone()
    };
    assert!(refused(&case, &[update, secrets]).contains(".env"));
}

fn conflict(case: &Case, lines: std::ops::RangeInclusive<usize>, after: &str) -> FileUpdate {
    let kind = ConflictKind::Lines(vec![lines]);
    let stages = [None, None, None];
    update(case, Outcome::Conflict(Conflict { kind, stages }), after)
}

/// A conflict in line 1. Theirs also changed line 5, and the user line 8.
const CONFLICT: &str =
    "<<<<<<< yours\nI\n=======\n1\n>>>>>>> hoglet\ntwo\nthree\nfour\n5\nsix\nseven\n8\n";

#[test]
fn only_the_lines_in_a_conflict_may_differ() {
    let case = case(
        BASE,
        &BASE.replace("one", "1").replace("five", "5"),
        &BASE.replace("one", "I").replace("eight", "8"),
    );
    case.verify(&[conflict(&case, 1..=5, CONFLICT)]).unwrap();
    for wrong in [
        CONFLICT.replace('5', "five"),
        CONFLICT.replace('8', "eight"),
        CONFLICT.replace("two\n", ""),
        CONFLICT.replace("I\n", ""),
        CONFLICT.replace("1\n", ""),
        CONFLICT.replace("=======\n", ""),
        CONFLICT.replace("<<<<<<<", "<<<<"),
    ] {
        refused(&case, &[conflict(&case, 1..=5, &wrong)]);
    }
    for lines in [1..=4, 2..=5, 1..=99, 0..=5] {
        refused(&case, &[conflict(&case, lines, CONFLICT)]);
    }
    // If no conflict is listed, the markers are lines that neither side added.
    refused(&case, &[update(&case, Outcome::Merged, CONFLICT)]);
}

#[test]
fn a_line_that_looks_like_a_marker_can_be_in_a_conflict() {
    let case = case(
        "Title\n",
        "Their title\n=======\n",
        "My title\n=======\nmore\n",
    );
    let text =
        "<<<<<<< yours\nMy title\n=======\nmore\n=======\nTheir title\n=======\n>>>>>>> hoglet\n";
    case.verify(&[conflict(&case, 1..=8, text)]).unwrap();
}

#[test]
fn a_line_that_theirs_moved_and_the_user_removed_may_stay_or_go() {
    let theirs = "two\nthree\nfour\nfive\nsix\nseven\none\neight\n";
    let mine = BASE.replace("one\n", "").replace("eight", "8");
    let moved = || case(BASE, theirs, &mine);
    for result in [
        "two\nthree\nfour\nfive\nsix\nseven\none\n8\n",
        "two\nthree\nfour\nfive\nsix\nseven\n8\n",
    ] {
        moved()
            .verify(&[update(&moved(), Outcome::Merged, result)])
            .unwrap();
    }
    let twice = "one\ntwo\nthree\nfour\nfive\nsix\nseven\none\n8\n";
    refused(&moved(), &[update(&moved(), Outcome::Merged, twice)]);
}

#[test]
fn a_binary_file_stays_as_the_user_has_it() {
    let mut case = case("1\n", "", "2\n");
    case.theirs.insert("a".to_owned(), b"\xff".to_vec());
    let stages = [None, None, None];
    let binary = || {
        let kind = ConflictKind::Binary;
        let stages = stages.clone();
        Outcome::Conflict(Conflict { kind, stages })
    };
    case.verify(&[update(&case, binary(), "2\n")]).unwrap();
    refused(&case, &[update(&case, binary(), "3\n")]);
    refused(&case, &[update(&case, Outcome::Merged, "2\n")]);
}

/// Checks a result of a merge by keys or entries.
#[track_caller]
fn special(path: &str, [base, theirs, mine]: [&str; 3], right: &[&str], wrong: &[&str]) {
    let case = Case::new(&[(path, base)], &[(path, theirs)], &[(path, mine)]);
    let merged = |after: &str| FileUpdate {
        path: path.to_owned(),
        moved_from: None,
        outcome: Outcome::Merged,
        before: Some(mine.as_bytes().to_vec()),
        after: Some(after.as_bytes().to_vec()),
    };
    for right in right {
        case.verify(&[merged(right)]).unwrap();
    }
    for wrong in wrong {
        refused(&case, &[merged(wrong)]);
    }
}

#[test]
fn a_manifest_is_checked_by_its_keys() {
    special(
        "vendor/a/Cargo.toml",
        [
            "[dependencies]\na = { version = \"1\", features = [\"x\"] }\nb = \"1\"\n",
            "[dependencies]\na = { version = \"2\", features = [\"x\"] }\n",
            "[dependencies]\na = { version = \"1\", features = [\"x\", \"y\"] }\nb = \"1\"\nc = \"1\"\n",
        ],
        &[
            "[dependencies]\nc = \"1\"\na = { version = \"2\", features = [\"x\", \"y\"] }\n",
            "[dependencies]\nc = \"1\"\na.version = \"2\"\na.features = [\"y\", \"x\"]\n",
        ],
        &[
            "[dependencies]\na = { version = \"2\", features = [\"x\", \"y\"] }\n",
            "[dependencies]\nc = \"1\"\na = { version = \"1\", features = [\"x\", \"y\"] }\n",
            "[dependencies]\nc = \"1\"\na = { version = \"2\", features = [\"x\"] }\n",
            "[dependencies]\nb = \"1\"\nc = \"1\"\na = { version = \"2\", features = [\"x\", \"y\"] }\n",
            "not a manifest\n",
        ],
    );
}

#[test]
fn a_manifest_may_have_a_dependency_in_short_and_keep_it_removed() {
    special(
        "Cargo.toml",
        [
            "[dependencies]\na = \"1\"\nb = \"1\"\n",
            "[dependencies]\na = \"2\"\nb = { version = \"2\", optional = true }\n",
            "[dependencies]\na = { version = \"1\", features = [\"x\"] }\n",
        ],
        &["[dependencies]\na = { version = \"2\", features = [\"x\"] }\n"],
        &[
            "[dependencies]\na = \"2\"\n",
            "[dependencies]\na = { version = \"1\", features = [\"x\"] }\n",
            "[dependencies]\na = { version = \"2\", features = [\"x\"] }\nc = \"1\"\n",
        ],
    );
}

#[test]
fn the_origin_has_the_release_of_theirs_and_the_rest_of_mine() {
    let right = "# Mine\nown = 1\ntemplate_version = \"0.2.0\"\ntemplate_hash = \"b\"\n[answers]\nagents = \"no\"\nnew = \"1\"\n";
    special(
        ".hoglet.toml",
        [
            "template_version = \"0.1.0\"\n[answers]\nagents = \"no\"\n",
            "template_version = \"0.2.0\"\ntemplate_hash = \"b\"\n[answers]\nagents = \"no\"\nnew = \"1\"\n",
            "# Mine\nown = 1\ntemplate_version = \"0.1.0\"\ntemplate_hash = \"a\"\n[answers]\nagents = \"no\"\n",
        ],
        &[right],
        &[
            &right.replace("own = 1\n", ""),
            &right.replace("0.2.0", "0.1.0"),
            &right.replace("\"b\"", "\"a\""),
            &right.replace("new = \"1\"\n", ""),
        ],
    );
}

#[test]
fn the_journal_is_checked_by_its_entries() {
    let entry = |name: &str, hash: &str| {
        format!(
            "[[generated]]\ncommand = \"page {name}\"\nkind = \"page\"\nname = \"{name}\"\n[[generated.file]]\npath = \"{name}.rs\"\nsha256 = \"{hash}\"\n"
        )
    };
    let journal = |entries: &[(&str, &str)]| -> String {
        entries
            .iter()
            .map(|(name, hash)| entry(name, hash))
            .collect()
    };
    let sides = [
        journal(&[("demo", "1"), ("same", "1"), ("gone", "1")]),
        journal(&[("demo", "2"), ("same", "1"), ("gone", "2"), ("new", "1")]),
        journal(&[("own", "1"), ("same", "1"), ("demo", "1")]),
    ];
    let right = [
        journal(&[("same", "1"), ("new", "1"), ("demo", "2"), ("own", "1")]),
        journal(&[("own", "1"), ("same", "1"), ("demo", "2"), ("new", "1")]),
    ];
    let wrong = [
        journal(&[("same", "1"), ("demo", "2"), ("own", "1")]),
        journal(&[("same", "1"), ("new", "1"), ("demo", "2")]),
        journal(&[("same", "1"), ("new", "1"), ("demo", "1"), ("own", "1")]),
        journal(&[("new", "1"), ("demo", "2"), ("own", "1")]),
    ];
    special(
        ".hoglet/generated.toml",
        sides.each_ref().map(String::as_str),
        &right.each_ref().map(String::as_str),
        &wrong.each_ref().map(String::as_str),
    );
}
