//! `hoglet vendor --with-tests`, which copies the tests of the crates in `vendor/`.
//!
//! An owner who changes one of these crates needs its tests.

#[path = "support/command.rs"]
mod command;
mod support;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use command::Sandbox;
use hoglet::new::answers::Answers;
use hoglet::origin::PROJECT_NAME;
use hoglet::releases::{Releases, VERSION};
use hoglet::template::Template;
use hoglet::{base, update, vendor};
use insta::assert_snapshot;
use semver::Version;
use support::{Tree, assert_same, read_tree, tracked};

const COMMAND: &str = "vendor --with-tests";
const TEST: &str = "hedge/vendor/hoglet-web/tests/web/main.rs";

fn sandbox_with_app(database: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run(&format!(
        "new hedge --yes --no-git --set database={database}"
    ));
    assert_eq!(outcome.code, 0, "{outcome}");
    sandbox
}

/// The tests in the app's `vendor/`.
fn tests_in(sandbox: &Sandbox) -> Tree {
    let mut tree = read_tree(&sandbox.path().join("hedge/vendor"));
    tree.retain(|path, _| path.split('/').nth(1) == Some("tests"));
    tree
}

#[test]
fn it_writes_every_test_and_says_how_to_run_them() {
    let sandbox = sandbox_with_app("sqlite");
    assert_eq!(tests_in(&sandbox), Tree::new());
    let outcome = sandbox.outcome(
        sandbox
            .command(COMMAND)
            .current_dir(sandbox.path().join("hedge/src")),
    );
    assert_eq!(outcome.code, 0, "{outcome}");
    let written = tests_in(&sandbox);
    let ours = tracked("template/vendor").into_iter();
    let ours: Vec<String> = ours
        .filter(|path| path.split('/').nth(1) == Some("tests"))
        .collect();
    let names: Vec<&String> = written.keys().collect();
    assert_eq!(names, ours.iter().collect::<Vec<_>>());
    assert!(
        outcome
            .stdout
            .contains(&format!("{} files written", written.len()))
    );
    let command = "    cargo test -p hoglet-web --features testing,sqlite\n";
    assert!(outcome.stdout.contains(command), "{outcome}");
    let left = fs::read_dir(sandbox.path().join("hedge")).expect("readable");
    let names = left.map(|entry| entry.expect("readable").file_name().into_string());
    let aside = names.flatten().find(|name| name.starts_with(".hoglet-"));
    assert_eq!(aside, None);

    let again = sandbox.run_in("hedge", COMMAND);
    assert!(
        again.stdout.contains("All tests are there already"),
        "{again}"
    );
    assert_eq!(tests_in(&sandbox), written);
}

#[test]
fn the_features_follow_the_apps_database() {
    let sandbox = sandbox_with_app("postgres");
    let outcome = sandbox.run_in("hedge", COMMAND);
    let command = "    cargo test -p hoglet-web --features testing,postgres\n";
    assert!(outcome.stdout.contains(command), "{outcome}");
    assert!(outcome.stdout.contains("TEST_DATABASE_URL"), "{outcome}");
}

#[test]
fn a_test_that_was_changed_is_not_overwritten() {
    let sandbox = sandbox_with_app("sqlite");
    sandbox.write(TEST, "// mine\n");
    let outcome = sandbox.refused_in("hedge", COMMAND);
    assert_snapshot!(outcome, @r"
    error: `vendor/hoglet-web/tests/web/main.rs` would lose your changes; write over them with --force
    exit code 1
    ");
    let outcome = sandbox.run_in("hedge", "vendor --with-tests --force");
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_ne!(sandbox.read(TEST), "// mine\n");
}

#[test]
fn a_test_with_other_line_ends_was_not_changed() {
    let sandbox = sandbox_with_app("sqlite");
    assert_eq!(sandbox.run_in("hedge", COMMAND).code, 0);
    let crlf = sandbox.read(TEST).replace('\n', "\r\n");
    sandbox.write(TEST, &crlf);
    let outcome = sandbox.run_in("hedge", COMMAND);
    assert!(outcome.stdout.contains("All tests are there"), "{outcome}");
    assert_eq!(sandbox.read(TEST), crlf);
}

#[test]
fn it_waits_for_another_command_on_the_same_app() {
    let sandbox = sandbox_with_app("sqlite");
    let mark = fs::File::open(sandbox.path().join("hedge/.hoglet.toml")).expect("it is there");
    mark.lock().expect("nobody else has the lock");
    let mut command = sandbox.command(COMMAND);
    command.current_dir(sandbox.path().join("hedge"));
    let mut waiting = command.stdout(Stdio::null()).spawn().expect("it starts");
    sleep(Duration::from_millis(300));
    assert!(waiting.try_wait().expect("a status").is_none(), "it waits");
    assert_eq!(tests_in(&sandbox), Tree::new());
    mark.unlock().expect("unlocked");
    assert!(waiting.wait().expect("a status").success());
    assert_ne!(tests_in(&sandbox), Tree::new());
}

#[test]
fn a_file_in_the_way_leaves_everything_as_it_was() {
    let sandbox = sandbox_with_app("sqlite");
    sandbox.write("hedge/vendor/hoglet-web/tests", "mine");
    let outcome = sandbox.refused_in("hedge", "vendor --with-tests --force");
    assert_snapshot!(outcome, @r"
    error: `[here]/hedge/vendor/hoglet-web/tests` is in the way of a file or folder of the app; move it elsewhere
    exit code 1
    ");
}

#[test]
fn outside_an_app_it_is_refused() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.refused(COMMAND), @r"
    error: `[here]` is in no app made by hoglet (there is no .hoglet.toml); change into an app's folder, or make one with `hoglet new my-app`
    exit code 1
    ");
}

#[test]
fn alone_it_asks_for_its_flag() {
    let sandbox = sandbox_with_app("sqlite");
    let outcome = sandbox.refused_in("hedge", "vendor");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("--with-tests"), "{outcome}");
}

#[test]
fn an_app_of_any_release_gets_the_tests_of_that_release() {
    let releases = Releases::carried().expect("releases");
    assert!(releases.all().len() > 1);
    for release in releases.all() {
        let mut answers = Answers::default();
        answers.insert(PROJECT_NAME, "hedge");
        let none = BTreeSet::new();
        let files = base::render(&releases, release, &answers, &none).expect("an app");
        let sandbox = Sandbox::new();
        for (path, contents) in &files {
            let contents = str::from_utf8(contents).expect("UTF-8");
            sandbox.write(&format!("hedge/{path}"), contents);
        }
        let outcome = sandbox.run_in("hedge", COMMAND);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(!outcome.stdout.contains("between two"), "{outcome}");
        let template = releases.tree(release).expect("a template");
        let template = Template::new(template).expect("a template");
        let tests = template.tests.into_iter().map(|(path, contents)| {
            let path = path.trim_start_matches("vendor/").to_owned();
            (path, contents.into_owned())
        });
        assert_same(
            ("the app", &tests_in(&sandbox)),
            ("the release", &tests.collect()),
        );
    }
}

const FIRST_ORIGIN: &str = "template_version = \"0.1.0\"\n";
const SECOND_ORIGIN: &str = "template_version = \"0.2.0\"\n";

/// Two releases of a template with one crate in vendor/.
fn two_releases(first: &[(&str, &'static str)], second: &[(&str, &'static str)]) -> Releases {
    let release = |(minor, origin, tests): (u64, &'static str, &[(&str, &'static str)])| {
        let common = [
            (
                "cargo-generate.toml",
                "[template]\ninclude = []\nignore = []\n[placeholders]\n",
            ),
            (".hoglet.toml", origin),
            ("Cargo.toml", "[package]\nname = \"hedge\"\n"),
            ("vendor/web/Cargo.toml", "[package]\nname = \"web\"\n"),
        ];
        let tests = tests
            .iter()
            .map(|(name, text)| (format!("vendor/web/tests/{name}"), *text));
        let common = common.map(|(path, text)| (path.to_owned(), text));
        let files = common.into_iter().chain(tests);
        let files = files.map(|(path, text)| (path, Cow::Borrowed(text.as_bytes())));
        (Version::new(0, minor, 0), String::new(), files.collect())
    };
    let releases = [(1, FIRST_ORIGIN, first), (2, SECOND_ORIGIN, second)];
    Releases::new(releases.map(release).into())
}

/// The first of the two releases, as an app.
fn sandbox_with_first_release() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(".hoglet.toml", FIRST_ORIGIN);
    sandbox.write("Cargo.toml", "[package]\nname = \"hedge\"\n");
    sandbox.write("vendor/web/Cargo.toml", "[package]\nname = \"web\"\n");
    sandbox
}

const ARGUMENTS: vendor::Arguments = vendor::Arguments {
    with_tests: true,
    force: true,
};

#[test]
fn the_tests_are_those_of_the_apps_release_and_not_the_newest() {
    let releases = two_releases(&[("web.rs", "// first\n")], &[("web.rs", "// second\n")]);
    let sandbox = sandbox_with_first_release();
    // The version of the crate is no reason to refuse it.
    sandbox.write("vendor/web/Cargo.toml", "[package]\nversion = \"9.9.9\"\n");
    for (origin, test) in [(FIRST_ORIGIN, "// first\n"), (SECOND_ORIGIN, "// second\n")] {
        sandbox.write(".hoglet.toml", origin);
        vendor::run_with(&releases, &sandbox.path(), &ARGUMENTS).expect("tests");
        assert_eq!(sandbox.read("vendor/web/tests/web.rs"), test);
    }
}

#[test]
fn an_update_keeps_the_tests_of_an_app_current() {
    let first = [("one.rs", "// one\n"), ("two.rs", "// two\n\n\n\n// end\n")];
    let second = [
        ("one.rs", "// first\n"),
        ("two.rs", "// two\n\n\n\n// last\n"),
        ("three.rs", "// three\n"),
    ];
    let releases = two_releases(&first, &second);
    let update = |sandbox: &Sandbox| {
        let arguments = update::Arguments::default();
        update::run_with(&releases, &sandbox.path(), &arguments).expect("an update");
    };
    let sandbox = sandbox_with_first_release();
    vendor::run_with(&releases, &sandbox.path(), &ARGUMENTS).expect("tests");
    let mine = "// mine\n\n\n\n// end\n";
    sandbox.write("vendor/web/tests/two.rs", mine);
    update(&sandbox);
    let test = |name: &str| sandbox.read(&format!("vendor/web/tests/{name}"));
    assert_eq!(test("one.rs"), "// first\n");
    assert_eq!(test("two.rs"), "// mine\n\n\n\n// last\n");
    assert_eq!(test("three.rs"), "// three\n");

    let without_tests = sandbox_with_first_release();
    update(&without_tests);
    assert!(without_tests.read(".hoglet.toml").contains("0.2.0"));
    assert!(!without_tests.path().join("vendor/web/tests").exists());
}

#[test]
fn an_app_between_two_releases_gets_the_tests_of_the_nearest() {
    let sandbox = sandbox_with_app("sqlite");
    let origin = sandbox.read("hedge/.hoglet.toml");
    let line = origin
        .lines()
        .find(|line| line.starts_with("template_hash"));
    let unknown = origin.replace(line.expect("a hash"), "template_hash = \"unknown\"");
    sandbox.write("hedge/.hoglet.toml", &unknown);
    let outcome = sandbox.run_in("hedge", COMMAND);
    assert_eq!(outcome.code, 0, "{outcome}");
    let nearest = format!("The nearest is {VERSION}, so these are the tests of that release\n");
    assert!(outcome.stdout.contains(&nearest), "{outcome}");
    assert!(!tests_in(&sandbox).is_empty());
}

#[test]
fn an_app_of_a_newer_hoglet_is_refused() {
    let sandbox = sandbox_with_app("sqlite");
    sandbox.write("hedge/.hoglet.toml", "template_version = \"99.0.0\"\n");
    let outcome = sandbox.refused_in("hedge", COMMAND).to_string();
    assert_snapshot!(outcome.replace(VERSION, "[version]"), @r"
    error: the app is from release 99.0.0, and the newest release in this hoglet is [version]; install a newer hoglet
    exit code 1
    ");
}

#[test]
fn an_app_without_these_crates_has_no_tests() {
    let sandbox = sandbox_with_app("sqlite");
    fs::remove_dir_all(sandbox.path().join("hedge/vendor")).expect("it was there");
    assert_snapshot!(sandbox.refused_in("hedge", COMMAND), @r"
    error: `[here]/hedge/vendor` holds none of Hoglet's crates, so there is nothing to test; restore them with git
    exit code 1
    ");
}
