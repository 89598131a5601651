//! Follows "Remove the demo" as a reader would.

use super::support::Tree;
use super::{block, section};

/// Deletes the files, and changes the lines.
pub fn remove(app: &mut Tree) {
    let section = section(app, "Remove the demo");
    for command in block(&section, "sh").lines() {
        let paths = command.strip_prefix("rm ").expect("files are removed");
        for path in paths.split(' ').filter(|word| !word.starts_with('-')) {
            delete(app, path);
        }
    }
    for file in block(&section, "diff").split("--- ").skip(1) {
        let (name, places) = file.split_once('\n').expect("a name and its lines");
        let contents = app.get_mut(name).unwrap_or_else(|| panic!("no {name}"));
        let mut text = String::from_utf8(contents.clone()).expect("UTF-8");
        for place in places.split("@@\n") {
            let (before, after) = (lines(place, '-'), lines(place, '+'));
            let found = text.matches(&before).count();
            assert_eq!(found, 1, "in {name} there is one such place:\n{before}");
            text = text.replace(&before, &after);
        }
        *contents = text.into_bytes();
    }
}

/// Deletes a file, or a folder with everything in it.
fn delete(app: &mut Tree, path: &str) {
    let before = app.len();
    let folder = format!("{path}/");
    app.retain(|name, _| name != path && !name.starts_with(&folder));
    assert!(app.len() < before, "there is no {path}");
}

/// The lines of a diff before (`-`) or after (`+`) the change. Lines that begin with a space are in both.
fn lines(place: &str, sign: char) -> String {
    let lines = place.lines();
    let lines = lines.filter_map(|line| line.strip_prefix(sign).or(line.strip_prefix(' ')));
    lines.map(|line| format!("{line}\n")).collect()
}
