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

/// Runs every command of the guide in that app's folder, with changes of a user. `guide` is an app with the guide.
pub fn follow(folder: &Path, guide: &Tree) {
    let routes = folder.join("src/routes.rs");
    let before = fs::read_to_string(&routes).expect("a route table");
    let mine = before.replace("        .merge(FEATURES.routes())\n", MINE);
    assert_ne!(mine, before);
    fs::write(&routes, &mine).expect("a writable file");
    git(folder, "init --quiet");
    git(folder, "add .");
    git(
        folder,
        "-c user.name=Hedgehog -c user.email=hedgehog@example.com commit --quiet --message Mine",
    );
    let committed = files(folder);

    let newest = format!("template_version = \"{}\"", env!("CARGO_PKG_VERSION"));
    let mut is_updated = false;
    for command in blocks(text(guide, UPDATES), "sh").concat().lines() {
        match command.strip_prefix("git ") {
            Some(arguments) => git(folder, arguments),
            None => drop(hoglet(folder, command)),
        }
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

fn git(folder: &Path, arguments: &str) {
    let mut git = Command::new("git");
    generated::run(git.args(arguments.split(' ')).current_dir(folder));
}

/// The files of the app, without those of git.
fn files(folder: &Path) -> Tree {
    let mut files = read_tree(folder);
    files.retain(|path, _| !path.starts_with(".git/"));
    files
}
