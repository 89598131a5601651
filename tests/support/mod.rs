//! Helpers for more than one test file.

#![allow(
    dead_code,
    reason = "each test file uses its own part of this, and one uses it all"
)]

use std::path::Path;

use hoglet::template::Template;
pub use xtask::Tree;

/// The top of the repository.
pub fn repository() -> &'static Path {
    xtask::repository::top()
}

/// The files below a folder of the repository that git tracks, or would track if they were added.
pub fn tracked(folder: &str) -> Vec<String> {
    xtask::repository::tracked(folder).expect("git runs")
}

/// The app of that name, with defaults for questions without an answer.
pub fn render(template: &Template, name: &str, given: &[(&str, &str)]) -> Tree {
    xtask::app::render(template, name, given).expect("the template renders")
}

/// Every file below a folder, as on the disk. A missing folder has none.
pub fn read_tree(folder: &Path) -> Tree {
    if !folder.exists() {
        return Tree::new();
    }
    xtask::repository::files(folder).expect("a readable folder")
}

/// Fails with the names of the files that differ, instead of all their bytes.
#[track_caller]
pub fn assert_same(left: (&str, &Tree), right: (&str, &Tree)) {
    let mut differences = Vec::new();
    for name in left
        .1
        .keys()
        .chain(right.1.keys().filter(|name| !left.1.contains_key(*name)))
    {
        match (left.1.get(name), right.1.get(name)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(_), Some(_)) => differences.push(format!("{name} differs")),
            (Some(_), None) => differences.push(format!("{name} is in {} only", left.0)),
            _ => differences.push(format!("{name} is in {} only", right.0)),
        }
    }
    assert!(
        differences.is_empty(),
        "{} and {} should be the same:\n{}",
        left.0,
        right.0,
        differences.join("\n")
    );
}
