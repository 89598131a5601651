//! Follows the guide to updates: its commands in their order.

use std::fs;
use std::path::Path;
use std::process::Command;

use hoglet::releases::Releases;
use hoglet::template::Template;

use super::generated;
use super::support::{Tree, read_tree, render};
use super::{UPDATES, blocks, hoglet, text};

/// A line that a user might add to the table of routes.
const MINE: &str = "        .get(\"/about\", home::show)\n        .merge(FEATURES.routes())\n";

/// A new app of the first release.
pub fn first_app() -> Tree {
    let releases = Releases::carried().expect("the releases are sound");
    let tree = releases.tree(&releases.all()[0]).expect("an archive");
    let template = Template::new(tree).expect("the template is sound");
    render(&template, "hedge", &[])
}

/// Runs every command of the guide in the folder of that app, after a user's change. `guide` is an app that has the guide.
pub fn follow(folder: &Path, guide: &Tree) {
    let routes = folder.join("src/routes.rs");
    let before = fs::read_to_string(&routes).expect("a route table");
    let mine = before.replace("        .merge(FEATURES.routes())\n", MINE);
    assert_ne!(mine, before);
    fs::write(&routes, &mine).expect("a writable file");
    let committed = commit(folder);

    let newest = format!("template_version = \"{}\"", env!("CARGO_PKG_VERSION"));
    let mut is_updated = false;
    for command in blocks(text(guide, UPDATES), "sh").concat().lines() {
        run(folder, command);
        if command == "hoglet update" {
            let app = files(folder);
            assert!(text(&app, ".hoglet.toml").contains(&newest));
            assert!(text(&app, "src/routes.rs").contains(MINE));
            assert_ne!(app, committed);
            is_updated = true;
        }
        if command == "hoglet diff src/routes.rs" {
            let diff = hoglet(folder, command);
            assert!(
                diff.contains("\n+        .get(\"/about\", home::show)\n"),
                "{diff}"
            );
            assert_eq!(diff.matches("\n+ ").count(), 1, "{diff}");
        }
    }
    assert!(is_updated);
    assert!(files(folder) == committed, "the last commands go back");
}

/// Goes back from an update with conflicts, as the guide describes it.
pub fn go_back_from_conflicts(folder: &Path, guide: &Tree) {
    fs::write(folder.join("AGENTS.md"), "mine\n").expect("a writable file");
    fs::remove_file(folder.join("src/routes/profile/password.rs")).expect("it was there");
    let committed = commit(folder);
    let report = hoglet(folder, "hoglet update || true");
    assert!(report.contains("Conflicts"), "{report}");
    let status = git(folder, "status --porcelain");
    for unmerged in ["UU AGENTS.md\n", "DU src/routes/profile/password.rs\n"] {
        assert!(status.contains(unmerged), "{status}");
    }
    let (_, section) = text(guide, UPDATES)
        .split_once("\n## Go back\n")
        .expect("a section");
    for command in blocks(section, "sh").concat().lines() {
        run(folder, command);
    }
    assert!(files(folder) == committed, "nothing of the update is left");
    assert_eq!(git(folder, "status --porcelain"), "");
}

/// Makes a repository with the app's files, and returns them.
fn commit(folder: &Path) -> Tree {
    git(folder, "init --quiet");
    git(folder, "add .");
    let author = "-c user.name=Hedgehog -c user.email=hedgehog@example.com";
    git(folder, &format!("{author} commit --quiet --message Mine"));
    files(folder)
}

fn run(folder: &Path, command: &str) {
    match command.strip_prefix("git ") {
        Some(arguments) => drop(git(folder, arguments)),
        None => drop(hoglet(folder, command)),
    }
}

fn git(folder: &Path, arguments: &str) -> String {
    let mut git = Command::new("git");
    generated::run(git.args(arguments.split(' ')).current_dir(folder))
}

/// The files of the app, without those of git.
fn files(folder: &Path) -> Tree {
    let mut files = read_tree(folder);
    files.retain(|path, _| !path.starts_with(".git/"));
    files
}
