//! Files and folders that the template moved.

use super::{LONG, lines};
use crate::update::tests::fixture::{Case, after, renames};

const OTHER: &str = "un\ndeux\ntrois\nquatre\ncinq\nsix\nsept\nhuit\n";

#[test]
fn the_users_file_moves_with_its_changes() {
    let mine = lines("eight", "8");
    let case = Case::new(
        &[("a", LONG), ("b", LONG), ("c", LONG), ("d", OTHER)],
        &[
            ("x/a", LONG),
            ("x/b", LONG),
            ("x/c", LONG),
            ("x/d", &OTHER.replace("un", "1")),
        ],
        &[
            ("a", LONG),
            ("b", &mine),
            ("c", &mine),
            ("d", &OTHER.replace("huit", "8")),
        ],
    );
    assert_eq!(
        case.words(),
        [
            "moved a > x/a",
            "moved b > x/b",
            "moved c > x/c",
            "merged d > x/d"
        ]
    );
    let updates = case.plan();
    assert_eq!(after(&updates, "x/b"), mine);
    assert_eq!(
        after(&updates, "x/d"),
        OTHER.replace("un", "1").replace("huit", "8")
    );
}

#[test]
fn an_untouched_file_moves_and_is_replaced() {
    let case = Case::new(&[("a", LONG)], &[("b", &lines("one", "1"))], &[("a", LONG)]);
    assert_eq!(case.words(), ["replaced a > b"]);
}

#[test]
fn a_moved_file_keeps_its_line_ends() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let case = Case::new(
        &[("a", LONG)],
        &[("b", &lines("one", "1"))],
        &[("a", &crlf(&lines("eight", "8")))],
    );
    assert_eq!(case.words(), ["merged a > b"]);
    assert_eq!(
        after(&case.plan(), "b"),
        crlf(&lines("one", "1").replace("eight", "8"))
    );
}

#[test]
fn a_file_of_the_users_own_at_the_new_path_is_not_written_over() {
    let case = Case::new(
        &[("a", LONG)],
        &[("b", LONG)],
        &[("a", LONG), ("b", "own\n")],
    );
    assert_eq!(case.words(), ["deleted a", "conflict b"]);

    let changed = lines("eight", "8");
    let case = Case::new(
        &[("a", LONG)],
        &[("b", LONG)],
        &[("a", &changed), ("b", "own\n")],
    );
    assert_eq!(case.words(), ["deleted in template a", "conflict b"]);
    assert_eq!(after(&case.plan(), "a"), changed);
}

#[test]
fn the_user_may_have_made_the_same_move() {
    let mine = lines("eight", "8");
    let case = Case::new(
        &[("a", LONG)],
        &[("b", &lines("one", "1"))],
        &[("b", &mine)],
    );
    assert_eq!(case.words(), ["merged b"]);
    assert_eq!(
        after(&case.plan(), "b"),
        lines("one", "1").replace("eight", "8")
    );
    let case = Case::new(&[("a", LONG)], &[("b", LONG)], &[("b", &mine)]);
    assert_eq!(case.words(), [""; 0]);
}

#[test]
fn a_moved_file_that_the_user_deleted_stays_deleted() {
    let case = Case::new(&[("a", LONG)], &[("b", &lines("one", "1"))], &[("c", "")]);
    assert_eq!(case.words(), ["kept deleted b"]);
    // The file only moved, so the report does not list it.
    let case = Case::new(&[("a", LONG)], &[("b", LONG)], &[("c", "")]);
    assert_eq!(case.words(), [""; 0]);
}

#[test]
fn of_two_files_that_become_one_the_more_similar_moves() {
    let case = Case::new(
        &[("a", &lines("one", "1")), ("b", LONG)],
        &[("c", LONG)],
        &[("a", "mine\n"), ("b", &lines("eight", "8"))],
    );
    assert_eq!(case.words(), ["deleted in template a", "moved b > c"]);
}

#[test]
fn two_files_that_swap_their_contents_are_changed_in_place() {
    let case = Case::new(
        &[("a", LONG), ("b", OTHER)],
        &[("a", OTHER), ("b", LONG)],
        &[("a", LONG), ("b", &OTHER.replace("huit", "8"))],
    );
    assert_eq!(case.words(), ["replaced a", "conflict b"]);
}

#[test]
fn files_move_in_a_chain_and_in_a_circle() {
    let chain = |own: bool| {
        let mut case = Case::new(
            &[("a", LONG), ("b", OTHER)],
            &[("b", LONG), ("c", OTHER)],
            &[("a", &lines("eight", "8")), ("b", OTHER)],
        );
        case.renames = renames(&[
            &[("a", LONG), ("b", OTHER)],
            &[("a", LONG), ("c", OTHER)],
            &[("b", LONG), ("c", OTHER)],
        ]);
        if own {
            case.write("c", "own\n");
        }
        case
    };
    let case = chain(false);
    assert_eq!(case.words(), ["moved a > b", "moved b > c"]);
    assert_eq!(after(&case.plan(), "b"), lines("eight", "8"));
    // If the last move is not possible, the first one is not possible either.
    assert_eq!(
        chain(true).words(),
        ["deleted in template a", "replaced b", "conflict c"]
    );

    let mut circle = Case::new(
        &[("a", LONG), ("b", OTHER)],
        &[("a", OTHER), ("b", LONG)],
        &[("a", &lines("eight", "8")), ("b", OTHER)],
    );
    circle.renames = renames(&[
        &[("a", LONG), ("b", OTHER)],
        &[("a", LONG), ("c", OTHER)],
        &[("b", LONG), ("c", OTHER)],
        &[("b", LONG), ("a", OTHER)],
    ]);
    assert_eq!(circle.words(), ["moved b > a", "moved a > b"]);
    assert_eq!(after(&circle.plan(), "b"), lines("eight", "8"));
}

#[test]
fn a_new_file_can_take_the_path_of_a_moved_one() {
    let mut case = Case::new(
        &[("a", LONG)],
        &[("a", "new\n"), ("b", LONG)],
        &[("a", &lines("eight", "8"))],
    );
    case.renames = renames(&[
        &[("a", LONG)],
        &[("b", LONG)],
        &[("a", "new\n"), ("b", LONG)],
    ]);
    assert_eq!(case.words(), ["created a", "moved a > b"]);
}

#[test]
fn only_the_case_of_a_path_changes() {
    let mine = lines("eight", "8");
    let case = Case::new(
        &[("README.md", LONG)],
        &[("Readme.md", LONG)],
        &[("README.md", &mine)],
    );
    assert_eq!(case.words(), ["moved README.md > Readme.md"]);
}

#[test]
fn own_files_follow_their_folder() {
    let case = Case::new(
        &[("src/demo/a.rs", LONG), ("src/demo/deep/b.rs", OTHER)],
        &[("src/show/a.rs", LONG), ("src/show/deep/b.rs", OTHER)],
        &[
            ("src/demo/a.rs", LONG),
            ("src/demo/deep/b.rs", OTHER),
            ("src/demo/own.rs", "own\r\n"),
            ("src/demo/new/own.rs", ""),
            ("src/demo/target/built.rs", ""),
            ("src/other/own.rs", ""),
        ],
    );
    assert_eq!(
        case.words(),
        [
            "moved src/demo/a.rs > src/show/a.rs",
            "moved src/demo/deep/b.rs > src/show/deep/b.rs",
            "moved src/demo/new/own.rs > src/show/new/own.rs",
            "moved src/demo/own.rs > src/show/own.rs",
        ]
    );
    assert_eq!(after(&case.plan(), "src/show/own.rs"), "own\r\n");
}

#[test]
fn own_files_stay_if_the_new_path_is_taken_or_the_same_for_two() {
    let case = Case::new(
        &[("x/a", LONG), ("y/a", OTHER)],
        &[("z/a", LONG), ("z/b", OTHER), ("z/new", "new\n")],
        &[
            ("x/a", LONG),
            ("y/a", OTHER),
            ("x/own", "1\n"),
            ("y/own", "2\n"),
            ("x/new", "own\n"),
            ("z/there", ""),
            ("x/there", "own\n"),
        ],
    );
    assert_eq!(
        case.words(),
        ["moved x/a > z/a", "moved y/a > z/b", "created z/new"]
    );
}

#[test]
fn the_journal_follows_own_files_although_the_template_has_the_same() {
    let journal = |path: &str| {
        format!(
            "[[generated]]\ncommand = \"page own\"\nkind = \"page\"\nname = \"own\"\n\n[[generated.file]]\npath = \"{path}\"\nsha256 = \"1\"\n"
        )
    };
    let path = ".hoglet/generated.toml";
    for of_template in [&[][..], &[(path, "")]] {
        let base = [&[("x/a", LONG)][..], of_template].concat();
        let theirs = [&[("y/a", LONG)][..], of_template].concat();
        let mine = journal("x/own");
        let case = Case::new(
            &base,
            &theirs,
            &[("x/a", LONG), ("x/own", ""), (path, &mine)],
        );
        assert_eq!(
            case.words(),
            [
                "merged .hoglet/generated.toml",
                "moved x/a > y/a",
                "moved x/own > y/own"
            ]
        );
        let after = after(&case.plan(), path);
        assert!(after.ends_with(&journal("y/own")), "{after}");
    }
}
