//! `hoglet update` in unusual apps: links, executable files, control characters, Ctrl+C at a bad moment, and an app in a
//! larger repository.

#![cfg(unix)]

#[path = "support/command.rs"]
mod command;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;

use command::Sandbox;

/// An app of 0.1.0 with a README of the user's own, so that an update has a conflict in it.
fn app_with_a_conflict() -> Sandbox {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("new hedge --yes").code, 0);
    let origin = sandbox.read("hedge/.hoglet.toml");
    let rest = origin.lines().filter(|line| !line.starts_with("template_"));
    let rest: String = rest.map(|line| format!("{line}\n")).collect();
    let origin = format!("template_version = \"0.1.0\"\n{rest}");
    sandbox.write("hedge/.hoglet.toml", &origin);
    sandbox.write("hedge/README.md", "mine\n");
    sandbox
}

fn commit(sandbox: &Sandbox, folder: &str) {
    sandbox.git(folder, "add --all");
    sandbox.git(folder, "commit --quiet --message work");
}

/// Updates, and returns the unmerged entries: `mode stage path`.
#[track_caller]
fn unmerged_after_update(sandbox: &Sandbox) -> Vec<String> {
    let outcome = sandbox.run_in("hedge", "update");
    assert_eq!(outcome.code, 1, "{outcome}");
    assert_eq!(outcome.stderr, "");
    let entries = sandbox.git("hedge", "ls-files --unmerged --full-name");
    let entries = entries.lines().map(|line| {
        let (numbers, path) = line.split_once('\t').expect("git separates them");
        let numbers: Vec<&str> = numbers.split(' ').collect();
        format!("{} {} {path}", numbers[0], numbers[2])
    });
    entries.collect()
}

fn is_executable(path: &Path) -> bool {
    path.metadata().expect("there").permissions().mode() & 0o111 != 0
}

#[test]
fn an_executable_file_with_a_conflict_stays_executable() {
    let sandbox = app_with_a_conflict();
    let readme = sandbox.path().join("hedge/README.md");
    fs::set_permissions(&readme, Permissions::from_mode(0o755)).expect("it is ours");
    commit(&sandbox, "hedge");
    let unmerged = unmerged_after_update(&sandbox);
    assert_eq!(
        unmerged,
        [1, 2, 3].map(|stage| format!("100755 {stage} README.md"))
    );
    assert!(is_executable(&readme));
    sandbox.git("hedge", "checkout --quiet --ours README.md");
    assert!(is_executable(&readme));
    assert_eq!(sandbox.read("hedge/README.md"), "mine\n");
}

#[test]
fn a_conflict_behind_a_link_is_in_the_file_that_it_leads_to() {
    let sandbox = app_with_a_conflict();
    let app = sandbox.path().join("hedge");
    fs::rename(app.join("README.md"), app.join("docs/readme.md")).expect("a folder");
    symlink("docs/readme.md", app.join("README.md")).expect("links");
    // A folder may be a link, too.
    fs::rename(app.join("docs"), app.join("guides")).expect("a folder");
    symlink("guides", app.join("docs")).expect("links");
    commit(&sandbox, "hedge");
    let unmerged = unmerged_after_update(&sandbox);
    assert_eq!(
        unmerged,
        [1, 2, 3].map(|stage| format!("100644 {stage} guides/readme.md"))
    );
    assert!(app.join("README.md").is_symlink());
    assert!(
        sandbox
            .read("hedge/guides/readme.md")
            .starts_with("<<<<<<< yours\nmine\n")
    );
    // It can be resolved.
    sandbox.git("hedge", "checkout --quiet --ours guides/readme.md");
    sandbox.git("hedge", "add guides/readme.md");
    assert_eq!(sandbox.read("hedge/README.md"), "mine\n");
    assert_eq!(sandbox.run_in("hedge", "update").code, 0);
}

#[test]
fn a_link_that_leads_out_of_the_app_is_named() {
    let sandbox = app_with_a_conflict();
    let readme = sandbox.path().join("hedge/README.md");
    fs::rename(&readme, sandbox.path().join("readme.md")).expect("a folder");
    symlink("../readme.md", &readme).expect("links");
    commit(&sandbox, "hedge");
    insta::assert_snapshot!(sandbox.refused_in("hedge", "update"), @r"
    error: `[here]/hedge/README.md` leads through a link to `[here]/readme.md`, which is outside of the app; change that link, then try again
    exit code 1
    ");
}

#[test]
fn git_applies_a_diff_in_a_folder_of_a_larger_repository() {
    let sandbox = app_with_a_conflict();
    fs::remove_dir_all(sandbox.path().join("hedge/.git")).expect("it was there");
    sandbox.git("", "init --quiet");
    let mine = sandbox.read("hedge/README.md");
    for (command, apply) in [("diff README.md", "-R"), ("update --dry-run", "--index")] {
        sandbox.git("", "add --all");
        sandbox.git("", "commit --quiet --allow-empty --message work");
        let outcome = sandbox.run_in("hedge", command);
        assert!(outcome.stdout.contains("+++ b/README.md\n"), "{outcome}");
        sandbox.write("changes.diff", &outcome.stdout);
        // As docs/updates.md says.
        sandbox.git(
            "hedge",
            &format!("apply {apply} --directory=hedge/ ../changes.diff"),
        );
        assert_ne!(sandbox.read("hedge/README.md"), mine, "{command}");
        sandbox.git("", "reset --quiet --hard");
    }
}

#[test]
fn a_dry_run_prints_control_characters_of_files() {
    let sandbox = app_with_a_conflict();
    sandbox.write("hedge/README.md", "\u{1b}[1mmine\u{c}\u{1b}[0m\n");
    commit(&sandbox, "hedge");
    let outcome = sandbox.run_in("hedge", "update --dry-run");
    sandbox.write("changes.diff", &outcome.stdout);
    sandbox.git("hedge", "apply ../changes.diff");
    let by_git = sandbox.read("hedge/README.md");
    assert!(
        by_git.contains("\n\u{1b}[1mmine\u{c}\u{1b}[0m\n"),
        "{by_git}"
    );
    sandbox.git("hedge", "checkout --quiet .");
    sandbox.git("hedge", "clean --quiet -d --force");
    assert!(!unmerged_after_update(&sandbox).is_empty());
    assert_eq!(sandbox.read("hedge/README.md"), by_git);
}

#[test]
fn ctrl_c_while_git_writes_the_index_comes_too_late() {
    let sandbox = app_with_a_conflict();
    commit(&sandbox, "hedge");
    // A git that interrupts the group of `hoglet` after it has written the index.
    let path = std::env::var("PATH").expect("a path");
    let script = format!(
        "#!/bin/sh\nPATH='{path}'\ngit \"$@\" || exit\ncase \"$*\" in *update-index*) kill -s INT -- -$PPID; sleep 0.2;; esac\n"
    );
    sandbox.write("bin/git", &script);
    let git = sandbox.path().join("bin/git");
    fs::set_permissions(&git, Permissions::from_mode(0o755)).expect("it is ours");
    let mut update = sandbox.command("update");
    update.current_dir(sandbox.path().join("hedge"));
    update.env(
        "PATH",
        format!("{}:{path}", sandbox.path().join("bin").display()),
    );
    update.process_group(0);
    let outcome = sandbox.outcome(&mut update);
    assert_eq!((outcome.code, &*outcome.stderr), (1, ""), "{outcome}");
    assert!(
        sandbox
            .read("hedge/README.md")
            .starts_with("<<<<<<< yours\n")
    );
    let unmerged = sandbox.git("hedge", "diff --name-only --diff-filter=U");
    assert_eq!(unmerged, "README.md\n");
}
