//! `hoglet update` with the releases that the program contains: refusals, exit codes, and the repository around the app.

#[path = "support/command.rs"]
mod command;

use std::fs;

use command::{Outcome, Sandbox};
use insta::assert_snapshot;

const ORIGIN: &str = "hedge/.hoglet.toml";

/// An app of this version, in its own repository.
fn new_app() -> Sandbox {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run("new hedge --yes");
    assert_eq!(outcome.code, 0, "{outcome}");
    sandbox
}

/// An app whose `.hoglet.toml` has another version, in its own repository.
fn app_of(version: &str) -> Sandbox {
    let sandbox = new_app();
    say_version(&sandbox, version);
    commit(&sandbox, "hedge");
    sandbox
}

fn say_version(sandbox: &Sandbox, version: &str) {
    let origin = sandbox.read(ORIGIN);
    let lines = origin.lines().filter(|line| !line.starts_with("template_"));
    let rest: String = lines.map(|line| format!("{line}\n")).collect();
    sandbox.write(ORIGIN, &format!("template_version = \"{version}\"\n{rest}"));
}

fn commit(sandbox: &Sandbox, folder: &str) {
    sandbox.git(folder, "add --all");
    sandbox.git(folder, "commit --quiet --message work");
}

/// Replaces the current version with a word, so that a release changes no test.
fn without_versions(outcome: &Outcome) -> String {
    let newest = env!("CARGO_PKG_VERSION");
    outcome.to_string().replace(newest, "[newest]")
}

#[track_caller]
fn is_updated(sandbox: &Sandbox, outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{outcome}");
    let version = format!("template_version = \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(sandbox.read(ORIGIN).contains(&version), "{outcome}");
    let left = fs::read_dir(sandbox.path().join("hedge")).expect("readable");
    let names = left.map(|entry| entry.expect("readable").file_name().into_string());
    let aside = names.flatten().find(|name| name.starts_with(".hoglet-"));
    assert_eq!(aside, None, "no temporary folder stays");
}

#[test]
fn a_current_app_is_up_to_date() {
    let sandbox = new_app();
    let before = sandbox.everything();
    assert_snapshot!(without_versions(&sandbox.run_in("hedge/src", "update")), @r"

      hedge is up to date ([newest])

    exit code 0
    ");
    sandbox.write("hedge/notes.txt", "not committed");
    assert_eq!(sandbox.run_in("hedge", "update").code, 0);
    fs::remove_file(sandbox.path().join("hedge/notes.txt")).expect("it was there");
    let outcome = sandbox.run_in("hedge", "update --json --dry-run");
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        (&report["from"], &report["to"]),
        (&version.into(), &version.into())
    );
    let lists = report.as_object().expect("an object").values();
    let lists: Vec<_> = lists.filter_map(|value| value.as_array()).collect();
    assert_eq!(lists.len(), 12);
    for answer in ["database=sqlite", "nonsense=1"] {
        let outcome = sandbox.run_in("hedge", &format!("update --set {answer}"));
        assert_eq!(outcome.code, 2, "{outcome}");
    }
    assert!(lists.iter().all(|list| list.is_empty()), "{report}");
    assert_eq!(sandbox.everything(), before);
}

#[test]
fn conflicts_that_are_left_are_listed_though_the_manifest_is_broken() {
    let sandbox = new_app();
    let manifest = sandbox.read("hedge/Cargo.toml");
    let conflict = "<<<<<<< yours\na = 1\n=======\na = 2\n>>>>>>> hoglet 0.2.0\n";
    sandbox.write("hedge/Cargo.toml", &format!("{conflict}{manifest}"));
    // Git's index has no conflict, so the markers count as an ordinary change.
    assert_eq!(sandbox.run_in("hedge", "update").code, 0);
    fs::remove_dir_all(sandbox.path().join("hedge/.git")).expect("it was there");
    assert_snapshot!(without_versions(&sandbox.run_in("hedge", "update")), @r"

      hedge is up to date ([newest]), but has conflicts

      Conflicts to resolve:

        Cargo.toml, lines 1-5

      Next:

        # Edit the files with conflicts, between <<<<<<< and >>>>>>>
        cargo build
        cargo test

    exit code 1
    ");
    let outcome = sandbox.run_in("hedge", "update --json");
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let expected = serde_json::json!([
        {"file": "Cargo.toml", "kind": "unresolved", "lines": [{"from": 1, "to": 5}]}
    ]);
    assert_eq!((outcome.code, &report["conflicts"]), (1, &expected));
}

#[test]
fn other_releases_that_cannot_be_reached() {
    let sandbox = new_app();
    assert_snapshot!(without_versions(&sandbox.refused_in("hedge", "update --to 0.1.0")), @r"
    error: the app is from release [newest], and 0.1.0 is older; choose a newer release with --to, or go back with git
    exit code 2
    ");
    let unknown = sandbox.refused_in("hedge", "update --to 99.0.0");
    let expected =
        "error: this hoglet has no release 99.0.0; choose one of these with --to: 0.1.0, ";
    assert!(unknown.stderr.starts_with(expected), "{unknown}");
    assert_eq!(unknown.code, 2);
    assert_eq!(sandbox.refused_in("hedge", "update --to soon").code, 2);

    say_version(&sandbox, "99.0.0");
    assert_snapshot!(without_versions(&sandbox.refused_in("hedge", "update")), @r"
    error: the app is from release 99.0.0, and the newest release in this hoglet is [newest]; install a newer hoglet
    exit code 1
    ");
}

#[test]
fn answers_that_are_there_or_belong_to_no_question() {
    let sandbox = app_of("0.1.0");
    assert_snapshot!(sandbox.refused_in("hedge", "update --set database=postgres"), @r"
    error: `database` already has the answer `sqlite` in .hoglet.toml; leave out --set database, because an update keeps all answers
    exit code 2
    ");
    let unknown = sandbox.refused_in("hedge", "update --set databse=postgres");
    assert_eq!(unknown.code, 2);
    assert!(
        unknown
            .stderr
            .contains("the template has no question `databse`"),
        "{unknown}"
    );
    let origin = sandbox.read(ORIGIN);
    sandbox.write(ORIGIN, &origin.replace("\"sqlite\"", "\"mysql\""));
    commit(&sandbox, "hedge");
    assert_snapshot!(sandbox.refused_in("hedge", "update"), @r"
    error: `.hoglet.toml` could not be read (`database` cannot be `mysql`; choose `sqlite` or `postgres`); correct it, or restore it from git
    exit code 1
    ");
}

#[test]
fn changes_that_are_not_committed() {
    let sandbox = app_of("0.1.0");
    sandbox.write("hedge/src/main.rs", "fn main() {}\n");
    sandbox.write("hedge/notes.txt", "mine");
    let outcome = sandbox.refused_in("hedge", "update");
    assert_snapshot!(outcome, @r"
    error: the app has uncommitted changes; commit them, so that you can tell them from those of the update, or continue with --force:
      src/main.rs
      notes.txt
    exit code 1
    ");
    assert_eq!(sandbox.run_in("hedge", "update --dry-run").code, 0);
    is_updated(&sandbox, &sandbox.run_in("hedge", "update --force"));
    assert_eq!(sandbox.read("hedge/src/main.rs"), "fn main() {}\n");
}

#[test]
fn conflicts_of_a_merge_come_first() {
    let sandbox = app_of("0.1.0");
    let git = |arguments: &str| sandbox.git("hedge", arguments);
    git("branch side");
    sandbox.write("hedge/README.md", "mine\n");
    commit(&sandbox, "hedge");
    git("checkout --quiet side");
    sandbox.write("hedge/README.md", "theirs\n");
    commit(&sandbox, "hedge");
    git("merge --quiet @{-1}");
    let refused = sandbox.refused_in("hedge", "update").to_string();
    assert_snapshot!(refused, @r"
    error: the app has unresolved conflicts; resolve them, then try again:
      README.md
    exit code 1
    ");
    for arguments in ["update --force", "update --dry-run"] {
        assert_eq!(sandbox.refused_in("hedge", arguments).to_string(), refused);
    }
}

#[test]
fn a_repository_that_git_cannot_read() {
    let sandbox = app_of("0.1.0");
    fs::remove_dir_all(sandbox.path().join("hedge/.git")).expect("it was there");
    sandbox.write("hedge/.git", "gitdir: nowhere\n");
    let outcome = sandbox.refused_in("hedge", "update");
    let expected = "error: git could not read the app's repository; fix the problem that it reports, or continue with --force:\n  fatal: ";
    assert!(outcome.stderr.starts_with(expected), "{outcome}");
    let outcome = sandbox.run_in("hedge", "update --force");
    assert!(
        outcome.stderr.starts_with("note: git could not read"),
        "{outcome}"
    );
    is_updated(&sandbox, &outcome);
}

#[test]
fn without_git_it_goes_on() {
    let sandbox = app_of("0.1.0");
    let outcome = sandbox.outcome(
        sandbox
            .command("update")
            .current_dir(sandbox.path().join("hedge"))
            .env("PATH", "/nowhere"),
    );
    assert_eq!(
        outcome.stderr,
        "note: git is not installed, so hoglet cannot check for uncommitted changes\n"
    );
    is_updated(&sandbox, &outcome);
    assert!(!outcome.stdout.contains("git diff"), "{outcome}");

    say_version(&sandbox, "0.1.0");
    fs::remove_dir_all(sandbox.path().join("hedge/.git")).expect("it was there");
    let outcome = sandbox.run_in("hedge", "update");
    assert_eq!(outcome.stderr, "");
    is_updated(&sandbox, &outcome);
}

#[test]
fn variables_of_a_git_hook_do_not_matter() {
    let sandbox = app_of("0.1.0");
    let mut command = sandbox.command("update");
    command.current_dir(sandbox.path().join("hedge"));
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env(variable, "/nowhere");
    }
    is_updated(&sandbox, &sandbox.outcome(&mut command));
    assert_eq!(
        sandbox.git("hedge", "status --porcelain .hoglet.toml"),
        " M .hoglet.toml\n"
    );
}

#[test]
fn an_app_that_its_repository_ignores_is_updated() {
    let sandbox = app_of("0.1.0");
    fs::remove_dir_all(sandbox.path().join("hedge/.git")).expect("it was there");
    sandbox.write(".gitignore", "hedge\n");
    sandbox.git("", "init --quiet");
    commit(&sandbox, "");
    is_updated(&sandbox, &sandbox.run_in("hedge", "update"));
    assert_eq!(sandbox.git("", "status --porcelain"), "");
}

#[test]
fn an_app_that_was_never_committed_is_refused() {
    let sandbox = app_of("0.1.0");
    fs::remove_dir_all(sandbox.path().join("hedge/.git")).expect("it was there");
    sandbox.git("", "init --quiet");
    let outcome = sandbox.refused_in("hedge", "update");
    assert!(
        outcome.stderr.ends_with("continue with --force:\n  .\n"),
        "{outcome}"
    );
}

#[test]
fn a_dry_run_prints_the_diff_alone() {
    let sandbox = app_of("0.1.0");
    let before = sandbox.everything();
    let outcome = sandbox.run_in("hedge", "update --dry-run");
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(
        outcome.stdout.starts_with("diff --git a/.hoglet.toml"),
        "{outcome}"
    );
    assert!(
        outcome.stdout.contains("\n-template_version = \"0.1.0\"\n"),
        "{outcome}"
    );
    assert!(
        outcome.stderr.contains("merged    .hoglet.toml\n"),
        "{outcome}"
    );
    assert_eq!(sandbox.everything(), before);
    // The printed diff makes the same changes as the update.
    sandbox.write("update.diff", &outcome.stdout);
    sandbox.git("hedge", "apply ../update.diff");
    let by_git = sandbox.read(ORIGIN);
    sandbox.git("hedge", "checkout --quiet .");
    is_updated(&sandbox, &sandbox.run_in("hedge", "update"));
    assert_eq!(sandbox.read(ORIGIN), by_git);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_printed_undoes_the_update() {
    for arguments in ["update", "update --json", "update --dry-run"] {
        let sandbox = app_of("0.1.0");
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = sandbox.command(arguments);
        command.current_dir(sandbox.path().join("hedge"));
        command.stdout(full.expect("Linux has it"));
        let outcome = sandbox.refused_outcome(&mut command);
        assert_eq!(outcome.code, 1, "{arguments}: {outcome}");
    }
}
