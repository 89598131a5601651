use std::borrow::Cow;

use super::*;

const LONG: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
const OTHER: &str = "un\ndeux\ntrois\nquatre\ncinq\nsix\nsept\nhuit\n";

fn tree(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, contents)| {
        let contents = contents.as_bytes().to_vec();
        ((*path).to_owned(), Cow::Owned(contents))
    });
    files.collect()
}

/// The moves of files, each as `old > new`.
fn moves(trees: &[Tree]) -> Vec<String> {
    let renames = Renames::along(trees);
    let files = renames.files.iter();
    files.map(|(old, new)| format!("{old} > {new}")).collect()
}

#[test]
fn a_file_with_equal_contents_has_moved() {
    let before = tree(&[("a.rs", LONG), ("kept.rs", LONG)]);
    let after = tree(&[("b.rs", LONG), ("kept.rs", OTHER)]);
    assert_eq!(moves(&[before, after]), ["a.rs > b.rs"]);
}

#[test]
fn equal_files_keep_their_names() {
    let before = tree(&[("x/a.rs", LONG), ("x/b.rs", LONG)]);
    let after = tree(&[("y/a.rs", LONG), ("y/b.rs", LONG)]);
    assert_eq!(
        moves(&[before, after]),
        ["x/a.rs > y/a.rs", "x/b.rs > y/b.rs"]
    );
}

#[test]
fn empty_files_do_not_move() {
    let before = tree(&[("a", "")]);
    let after = tree(&[("b", "")]);
    assert_eq!(moves(&[before, after]), [""; 0]);
}

#[test]
fn a_similar_file_with_the_same_name_comes_first() {
    let before = tree(&[("x/page.rs", LONG)]);
    let after = tree(&[
        ("y/page.rs", &LONG.replace("eight", "8")),
        ("y/other.rs", &LONG.replace("eight", "eight!")),
    ]);
    assert_eq!(moves(&[before, after]), ["x/page.rs > y/page.rs"]);
}

#[test]
fn the_most_similar_file_is_chosen() {
    let before = tree(&[("a.rs", LONG), ("b.rs", OTHER)]);
    let after = tree(&[
        ("c.rs", &OTHER.replace("huit", "8")),
        ("d.rs", &LONG.replace("eight", "8")),
    ]);
    assert_eq!(moves(&[before, after]), ["a.rs > d.rs", "b.rs > c.rs"]);
}

#[test]
fn at_least_half_must_be_equal() {
    let half = "1234567\n";
    let before = || tree(&[("a", &format!("abcdefg\n{half}"))]);
    let enough = tree(&[("b", &format!("{half}ABCDEFG\n"))]);
    assert_eq!(moves(&[before(), enough]), ["a > b"]);
    let too_little = tree(&[("b", &format!("{half}ABCDEFGH\n"))]);
    assert_eq!(moves(&[before(), too_little]), [""; 0]);
    // The same name alone is not enough.
    let same_name = tree(&[("folder/a", "nothing of it\n")]);
    assert_eq!(moves(&[before(), same_name]), [""; 0]);
}

#[test]
fn a_path_that_stays_is_no_move() {
    let before = tree(&[("a", LONG), ("b", OTHER)]);
    let swapped = tree(&[("a", OTHER), ("b", LONG)]);
    assert_eq!(moves(&[before, swapped]), [""; 0]);
}

#[test]
fn moves_are_followed_over_several_releases() {
    let changed = LONG.replace("one", "1");
    let trees = [
        tree(&[("a", LONG)]),
        tree(&[("b", &changed)]),
        tree(&[("c", &changed.replace("two", "2").replace("three", "3"))]),
    ];
    assert_eq!(moves(&trees), ["a > c"]);
    assert_eq!(moves(&trees[..2]), ["a > b"]);
    assert_eq!(moves(&trees[..1]), [""; 0]);
    assert_eq!(moves(&[]), [""; 0]);

    // The file is back at its first path, so it has not moved.
    let back = [
        tree(&[("a", LONG)]),
        tree(&[("b", LONG)]),
        tree(&[("a", LONG)]),
    ];
    assert_eq!(moves(&back), [""; 0]);
}

#[test]
fn a_file_that_was_deleted_in_between_does_not_move() {
    let trees = [
        tree(&[("a", LONG), ("z", OTHER)]),
        tree(&[("b", OTHER)]),
        tree(&[("b", OTHER), ("a", "new\n")]),
        tree(&[("b", OTHER), ("c", "new\n")]),
    ];
    assert_eq!(moves(&trees), ["z > b"]);
}

#[test]
fn two_files_can_swap_over_several_releases() {
    let trees = [
        tree(&[("a", LONG), ("b", OTHER)]),
        tree(&[("a", LONG), ("c", OTHER)]),
        tree(&[("b", LONG), ("c", OTHER)]),
        tree(&[("b", LONG), ("a", OTHER)]),
    ];
    assert_eq!(moves(&trees), ["a > b", "b > a"]);
}

#[test]
fn rendered_files_have_the_paths_of_the_app() {
    let before = tree(&[("a.toml", "for the crate\n"), ("a.toml.liquid", LONG)]);
    let after = tree(&[("b.toml.liquid", LONG)]);
    assert_eq!(moves(&[before, after]), ["a.toml > b.toml"]);
    let copied = tree(&[("a.toml", LONG)]);
    let rendered = tree(&[("a.toml.liquid", LONG)]);
    assert_eq!(moves(&[copied, rendered]), [""; 0]);
}

#[test]
fn only_the_case_of_a_path_can_change() {
    let before = tree(&[("README.md", LONG)]);
    let after = tree(&[("Readme.md", LONG)]);
    assert_eq!(moves(&[before, after]), ["README.md > Readme.md"]);
}

#[test]
fn own_files_follow_a_folder_that_moved() {
    let renames = Renames::along(&[
        tree(&[("src/demo/a.rs", LONG), ("src/demo/deep/b.rs", OTHER)]),
        tree(&[("src/show/a.rs", LONG), ("src/show/deep/b.rs", OTHER)]),
    ]);
    let of = |path| renames.of_own(path);
    assert_eq!(of("src/demo/own.rs").as_deref(), Some("src/show/own.rs"));
    assert_eq!(
        of("src/demo/deep/own.rs").as_deref(),
        Some("src/show/deep/own.rs")
    );
    assert_eq!(
        of("src/demo/new/own.rs").as_deref(),
        Some("src/show/new/own.rs")
    );
    assert_eq!(of("src/own.rs"), None);
    assert_eq!(of("src/demonstration/own.rs"), None);
    let folders: Vec<&str> = renames.moved_folders().collect();
    assert_eq!(folders, ["src/demo", "src/demo/deep"]);
}

#[test]
fn own_files_stay_in_a_folder_that_is_still_there_or_has_no_clear_new_path() {
    let before = || tree(&[("x/a.rs", LONG), ("x/b.rs", OTHER)]);
    for after in [
        tree(&[("y/a.rs", LONG), ("x/b.rs", OTHER)]),
        tree(&[("y/a.rs", LONG), ("z/b.rs", OTHER)]),
        tree(&[("y/a.rs", LONG), ("y/b.rs", OTHER), ("x/new.rs", "new\n")]),
    ] {
        let renames = Renames::along(&[before(), after]);
        assert_eq!(renames.of_own("x/own.rs"), None, "{renames:?}");
    }
}

#[test]
fn own_files_follow_most_files_of_a_folder_that_is_gone() {
    let before = || tree(&[("x/a.rs", LONG), ("x/b.rs", OTHER), ("x/c.rs", "c\n")]);
    for after in [
        tree(&[("y/a.rs", LONG)]),
        tree(&[("y/a.rs", LONG), ("y/b.rs", OTHER), ("z/c.rs", "c\n")]),
    ] {
        let renames = Renames::along(&[before(), after]);
        assert_eq!(renames.of_own("x/own.rs").as_deref(), Some("y/own.rs"));
    }
}

#[test]
fn own_files_do_not_follow_a_folder_above_one_without_a_clear_new_path() {
    let renames = Renames::along(&[
        tree(&[("x/a.rs", LONG), ("x/y/b.rs", OTHER), ("x/y/c.rs", "c\n")]),
        tree(&[("z/a.rs", LONG), ("one/b.rs", OTHER), ("two/c.rs", "c\n")]),
    ]);
    assert_eq!(renames.of_own("x/own.rs").as_deref(), Some("z/own.rs"));
    assert_eq!(renames.of_own("x/y/own.rs"), None);
}

#[test]
fn own_files_follow_their_folder_over_several_releases() {
    let renames = Renames::along(&[
        tree(&[("x/a.rs", LONG)]),
        tree(&[("y/a.rs", LONG)]),
        tree(&[("z/deep/a.rs", LONG)]),
    ]);
    assert_eq!(renames.of_own("x/own.rs").as_deref(), Some("z/deep/own.rs"));
    assert_eq!(renames.of_own("y/own.rs").as_deref(), Some("z/deep/own.rs"));
}

#[test]
fn a_folder_can_move_to_the_top() {
    let renames = Renames::along(&[tree(&[("x/y/a.rs", LONG)]), tree(&[("a.rs", LONG)])]);
    assert_eq!(renames.of_own("x/y/own.rs").as_deref(), Some("own.rs"));
    let down = Renames::along(&[tree(&[("a.rs", LONG)]), tree(&[("x/a.rs", LONG)])]);
    assert_eq!(down.of_own("own.rs"), None);
}
