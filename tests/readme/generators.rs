//! Follows the guide to the generators: its commands in their order.

use std::path::Path;

use super::support::{Tree, read_tree};
use super::{GENERATORS, PLACES, blocks, hoglet, names, text};

/// Runs every command of the guide in an app's folder. After the commands of a section, the files that it names are there.
pub fn follow(folder: &Path) {
    let app = read_tree(folder);
    for section in sections(&app) {
        if !section.contains("```sh") {
            continue;
        }
        for command in commands(&section) {
            hoglet(folder, &command);
        }
        let app = read_tree(folder);
        let prose = section.split("```").step_by(2).collect::<String>();
        for name in names(&prose) {
            if PLACES.iter().any(|place| name.starts_with(place)) {
                assert!(is_there(&app, name), "the guide names {name}");
            }
        }
    }
}

/// The commands for the first resource.
pub fn first_resource(app: &Tree) -> String {
    let section = sections(app)
        .find(|section| section.starts_with("Resource\n"))
        .expect("a section about resources");
    commands(&section).swap_remove(0)
}

fn sections(app: &Tree) -> impl Iterator<Item = String> {
    let guide = text(app, GENERATORS);
    guide
        .split("\n## ")
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

fn commands(section: &str) -> Vec<String> {
    let lines = blocks(section, "sh").concat();
    lines.lines().map(str::to_owned).collect()
}

/// Whether an app has this file. `mTIME_` is the time of a migration.
fn is_there(app: &Tree, name: &str) -> bool {
    match name.split_once("mTIME_") {
        Some((folder, rest)) => app
            .keys()
            .any(|path| path.starts_with(folder) && path.ends_with(&format!("_{rest}"))),
        None => app.contains_key(name),
    }
}
