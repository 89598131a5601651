//! `hoglet vendor --with-tests`, which copies the tests of the crates in `vendor/`.
//!
//! An owner who changes one of these crates needs its tests.

#[path = "support/command.rs"]
mod command;
mod support;

use std::fs;

use command::Sandbox;
use insta::assert_snapshot;
use support::{Tree, read_tree, tracked};

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
fn tests_of_another_version_are_refused() {
    let version = env!("CARGO_PKG_VERSION");
    let sandbox = sandbox_with_app("sqlite");
    let origin = sandbox.read("hedge/.hoglet.toml");
    sandbox.write("hedge/.hoglet.toml", &origin.replace(version, "0.0.1"));
    let outcome = sandbox.refused_in("hedge", COMMAND).to_string();
    assert_snapshot!(outcome.replace(version, "[version]"), @r"
    error: the app has version `0.0.1`, and this hoglet carries [version]; install hoglet in the version of `template_version` in .hoglet.toml
    exit code 1
    ");

    sandbox.write("hedge/.hoglet.toml", &origin);
    let manifest = "hedge/vendor/hoglet-web/Cargo.toml";
    let text = sandbox.read(manifest);
    let line = text.lines().find(|line| line.starts_with("version = "));
    let line = line.expect("a version");
    sandbox.write(manifest, &text.replace(line, "version = \"9.9.9\""));
    let outcome = sandbox.refused_in("hedge", COMMAND);
    assert_eq!(outcome.code, 1);
    let said = "error: `vendor/hoglet-web` has version `9.9.9`, and this hoglet carries ";
    assert!(outcome.stderr.starts_with(said), "{outcome}");
}

#[test]
fn an_app_without_these_crates_has_no_tests() {
    let sandbox = sandbox_with_app("sqlite");
    fs::remove_dir_all(sandbox.path().join("hedge/vendor")).expect("it was there");
    assert_snapshot!(sandbox.refused_in("hedge", COMMAND), @r"
    error: `[here]/hedge/vendor` holds none of Hoglet's crates, so there is nothing to test
    exit code 1
    ");
}
