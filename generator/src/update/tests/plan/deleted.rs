//! Files that one side deleted.

use super::LONG;
use crate::update::outcome::Outcome;
use crate::update::tests::fixture::{Case, after};

#[test]
fn a_file_that_the_template_deleted_is_deleted_if_it_is_untouched() {
    let case = Case::new(
        &[("a", "1\n"), ("b", "1\n")],
        &[],
        &[("a", "1\r\n"), ("b", "2\n")],
    );
    assert_eq!(case.words(), ["deleted a", "deleted in template b"]);
    let updates = case.plan();
    assert_eq!(updates[0].after, None);
    assert_eq!(after(&updates, "b"), "2\n");
}

#[test]
fn a_file_that_both_deleted_is_no_update() {
    let case = Case::new(&[("a", "1\n"), ("b", "1\n")], &[("b", "1\n")], &[]);
    assert_eq!(case.words(), [""; 0]);
}

#[test]
fn a_file_that_the_user_deleted_stays_deleted() {
    let case = Case::new(
        &[("src/a.rs", "1\n"), ("src/lib.rs", "mod a;\n")],
        &[("src/a.rs", "2\n"), ("src/lib.rs", "mod a;\n\n// a::new\n")],
        &[("src/lib.rs", "")],
    );
    assert_eq!(
        case.words(),
        ["kept deleted src/a.rs", "conflict src/lib.rs"]
    );
}

/// The outcome for a deleted file after the template has added a line to another file.
#[track_caller]
fn outcome(deleted: &str, other: &str, added: &str) -> String {
    let before = format!("{LONG}// before\n");
    let base = [
        (deleted, "1\n"),
        (other, &before),
        ("Cargo.toml", "[package]\nname = \"my-app\"\n"),
        ("src/lib.rs", "// here\n"),
    ];
    let after = format!("{before}{added}\n");
    let theirs = [
        (deleted, "2\n"),
        (other, &after),
        ("Cargo.toml", "[package]\nname = \"my-app\"\n"),
        (
            "src/lib.rs",
            if other == "src/lib.rs" {
                &after
            } else {
                "// here\n"
            },
        ),
    ];
    let mine: Vec<_> = base
        .into_iter()
        .filter(|(path, _)| *path != deleted)
        .collect();
    let words = Case::new(&base, &theirs, &mine).words();
    words
        .into_iter()
        .find_map(|words| {
            words
                .strip_suffix(&format!(" {deleted}"))
                .map(str::to_owned)
        })
        .unwrap()
}

#[test]
fn a_deleted_module_that_the_template_names_elsewhere_is_a_conflict() {
    let path = "src/demo/flags.rs";
    for (other, added) in [
        ("src/demo.rs", "pub mod flags;"),
        ("src/demo/mod.rs", "mod flags;"),
        ("src/demo.rs", "    let a = flags::new();"),
        ("src/demo.rs", "pub use self::flags::New;"),
        ("src/demo/burritos.rs", "use super::flags;"),
        ("src/demo/burritos.rs", "use super::{events, flags};"),
        ("src/routes.rs", "use crate::demo::flags::New;"),
        ("src/routes.rs", "use crate::demo::{events::Event, flags};"),
        ("src/main.rs", "    my_app::demo::flags::new();"),
        ("tests/web.rs", "#[path = \"../src/demo/flags.rs\"]"),
    ] {
        assert_eq!(
            outcome(path, other, added),
            "deleted here",
            "{other}: {added}"
        );
    }
    for (other, added) in [
        ("src/posthog.rs", "pub mod flags;"),
        ("src/posthog.rs", "flags::new();"),
        ("src/posthog/events.rs", "use super::flags;"),
        (
            "src/routes.rs",
            "use crate::demo::{events}; use crate::posthog::flags;",
        ),
        ("src/routes.rs", "use crate::demo::more_flags;"),
        ("src/routes.rs", "use crate::demo::flags_of;"),
        ("src/demo.rs", "// mod flags;"),
        ("README.md", "See \"src/demo/flags.rs\"."),
    ] {
        assert_eq!(
            outcome(path, other, added),
            "kept deleted",
            "{other}: {added}"
        );
    }
}

#[test]
fn a_module_at_the_top_is_named_by_its_crate() {
    for added in [
        "use crate::forms;",
        "use crate::{app, forms};",
        "my_app::forms::check();",
    ] {
        assert_eq!(
            outcome("src/forms.rs", "src/routes/a.rs", added),
            "deleted here",
            "{added}"
        );
    }
    assert_eq!(
        outcome("src/forms.rs", "src/lib.rs", "pub mod forms;"),
        "deleted here"
    );
    assert_eq!(
        outcome("src/forms.rs", "src/routes/a.rs", "forms::check();"),
        "kept deleted"
    );
    assert_eq!(
        outcome("src/forms/mod.rs", "src/lib.rs", "mod forms;"),
        "deleted here"
    );
}

#[test]
fn a_deleted_file_is_needed_if_the_template_names_it_in_quotes() {
    let path = "templates/pages/home.html";
    for added in [
        "View::new(\"pages/home.html\")",
        "{% include 'home.html' %}",
        "\"../templates/pages/home.html\"",
        "\"/pages/home.html\"",
    ] {
        assert_eq!(
            outcome(path, "src/routes.rs", added),
            "deleted here",
            "{added}"
        );
    }
    for added in [
        "\"mails/home.html\"",
        "pages/home.html",
        "\"my_home.html\"",
        "\"home\"",
    ] {
        assert_eq!(
            outcome(path, "src/routes.rs", added),
            "kept deleted",
            "{added}"
        );
    }
}

#[test]
fn a_name_that_several_files_have_counts_only_beside_it() {
    let named_in = |other: &str| {
        let base = [("a/x.html", "1\n"), ("b/x.html", "1\n"), (other, "")];
        let theirs = [
            ("a/x.html", "2\n"),
            ("b/x.html", "1\n"),
            (other, "'x.html'\n"),
        ];
        Case::new(&base, &theirs, &[("b/x.html", "1\n"), (other, "")]).words()
    };
    assert_eq!(named_in("b/y.html")[0], "kept deleted a/x.html");
    assert_eq!(named_in("a/y.html")[0], "deleted here a/x.html");
}

#[test]
fn a_needed_file_comes_back_and_brings_those_that_it_needs() {
    let case = Case::new(
        &[
            ("src/lib.rs", LONG),
            ("src/a.rs", "1\n"),
            ("src/b.rs", "1\n"),
            ("src/c.rs", "1\n"),
        ],
        &[
            ("src/lib.rs", &format!("{LONG}mod a;\n")),
            ("src/a.rs", "use crate::b;\n"),
            ("src/b.rs", "2\n"),
            ("src/c.rs", "use crate::b;\n"),
        ],
        &[("src/lib.rs", LONG)],
    );
    assert_eq!(
        case.words(),
        [
            "deleted here src/a.rs",
            "deleted here src/b.rs",
            "kept deleted src/c.rs",
            "replaced src/lib.rs"
        ]
    );
    let updates = case.plan();
    assert_eq!(after(&updates, "src/b.rs"), "2\n");
    let Outcome::Conflict(conflict) = &updates[1].outcome else {
        panic!("{updates:?}");
    };
    let stages = [Some(b"1\n".to_vec()), None, Some(b"2\n".to_vec())];
    assert_eq!(conflict.stages, stages);
}

#[test]
fn a_deleted_folder_stays_deleted_with_its_new_files() {
    let base = [
        ("src/demo/a.rs", "1\n"),
        ("src/demo/b.rs", "1\n"),
        ("src/lib.rs", LONG),
    ];
    let theirs = [
        ("src/demo/a.rs", "use super::new;\n"),
        ("src/demo/b.rs", "1\n"),
        ("src/demo/deep/c.rs", "1\n"),
        ("src/demo/new.rs", "1\n"),
        ("src/lib.rs", LONG),
    ];
    let case = Case::new(&base, &theirs, &[("src/lib.rs", LONG)]);
    assert_eq!(
        case.words(),
        [
            "kept deleted src/demo/a.rs",
            "kept deleted src/demo/deep/c.rs",
            "kept deleted src/demo/new.rs"
        ]
    );
    // With one file left, the folder is not deleted.
    case.write("src/demo/b.rs", "1\n");
    assert_eq!(
        case.words(),
        [
            "kept deleted src/demo/a.rs",
            "created src/demo/deep/c.rs",
            "created src/demo/new.rs"
        ]
    );
}

#[test]
fn a_new_file_of_a_deleted_folder_comes_if_it_is_needed() {
    let case = Case::new(
        &[("src/demo/a.rs", "1\n"), ("src/lib.rs", LONG)],
        &[
            ("src/demo/a.rs", "1\n"),
            ("src/demo/new.rs", "1\n"),
            ("src/lib.rs", &format!("{LONG}use crate::demo::new;\n")),
        ],
        &[("src/lib.rs", LONG)],
    );
    assert_eq!(
        case.words(),
        ["created src/demo/new.rs", "replaced src/lib.rs"]
    );
}

#[test]
fn a_folder_that_moved_stays_deleted_too() {
    let case = Case::new(
        &[("x/a", LONG), ("b", "")],
        &[("y/a", LONG), ("y/new", "1\n"), ("b", "")],
        &[("b", "")],
    );
    assert_eq!(case.words(), ["kept deleted y/new"]);
}
