//! The demo is a guest: once it is removed as the app's README says, everything else goes on.
//!
//! The second test compiles the app without its demo, which takes minutes the first time.

#![cfg(unix)]

#[path = "support/generated.rs"]
mod generated;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use hoglet::template::Template;
use support::{Tree, read_tree, render};

const SECTION: &str = "\n## Remove the demo\n";
/// Their lines are told in words: this README is a Liquid template itself.
const VIEWS: &str = "the line with `demo/` goes.";

#[test]
fn the_readme_names_every_place() {
    let template = Template::embedded().expect("the template is sound");
    let mut app = render(&template, "hedge", &[]);
    remove_demo(&mut app);
    for (name, contents) in &app {
        let text = String::from_utf8_lossy(contents);
        if name == "README.md" || name.starts_with("hoglet-web/") {
            continue;
        }
        for trace in ["demo::", "demo/", "demo_errors", "DEMO_ERRORS"] {
            assert!(!text.contains(trace), "{name} still has {trace}");
        }
        for page in ["burrito", "dashboard", "group-analytics", "trigger-error"] {
            assert!(!text.contains(page), "{name} still knows {page}");
        }
    }
}

#[test]
fn without_it_the_app_is_whole() {
    let _lock = generated::lock();
    let folder = generated::folder().join("demo_removed").join("hedge");
    let _ = fs::remove_dir_all(&folder);
    generated::run(
        Command::new(env!("CARGO_BIN_EXE_hoglet"))
            .args(["new", "--yes", "--no-git", "--json"])
            .arg(&folder),
    );
    let mut app = read_tree(&folder);
    remove_demo(&mut app);
    fs::remove_dir_all(&folder).expect("a folder of ours");
    xtask::repository::write(&folder, &app).expect("a writable folder");

    cargo(&folder, "fmt --check");
    cargo(
        &folder,
        "clippy --offline --locked --all-targets -- --deny warnings",
    );
    cargo(&folder, "test --offline --locked");
}

/// Does what the README says, as a reader would.
fn remove_demo(app: &mut Tree) {
    let readme = String::from_utf8(app["README.md"].clone()).expect("UTF-8");
    let (_, section) = readme.split_once(SECTION).expect("the README says how");
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    for command in block(section, "sh").lines() {
        let paths = command.strip_prefix("rm ").expect("files are removed");
        for path in paths.split(' ').filter(|word| !word.starts_with('-')) {
            remove(app, path);
        }
    }
    for file in block(section, "diff").split("--- ").skip(1) {
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
    let views = section.lines().find(|line| line.ends_with(VIEWS));
    for name in views.expect("the views are named").split('`') {
        if name.ends_with(".html") {
            remove_line(app.get_mut(name).expect("a view"), "demo/");
        }
    }
}

/// The one line that holds this text.
fn remove_line(contents: &mut Vec<u8>, part: &str) {
    let text = String::from_utf8(contents.clone()).expect("UTF-8");
    let lines = text.split_inclusive('\n');
    let (gone, kept): (Vec<_>, Vec<_>) = lines.partition(|line| line.contains(part));
    assert_eq!(gone.len(), 1, "one line has {part}: {gone:?}");
    *contents = kept.concat().into_bytes();
}

/// The first code block of a language.
fn block<'a>(section: &'a str, language: &str) -> &'a str {
    let (_, rest) = section
        .split_once(&format!("```{language}\n"))
        .expect("a code block");
    let (code, _) = rest.split_once("```").expect("its end");
    code
}

/// A file, or a folder with all that is in it.
fn remove(app: &mut Tree, path: &str) {
    let before = app.len();
    let folder = format!("{path}/");
    app.retain(|name, _| name != path && !name.starts_with(&folder));
    assert!(app.len() < before, "there is no {path}");
}

/// A place as it is before (`-`) or after (`+`) the change; lines that begin with a space are in both.
fn lines(place: &str, sign: char) -> String {
    let lines = place.lines();
    let lines = lines.filter_map(|line| line.strip_prefix(sign).or(line.strip_prefix(' ')));
    lines.map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn cargo(app: &Path, arguments: &str) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(arguments.split(' '))
        .current_dir(app)
        .env("CARGO_TARGET_DIR", generated::target());
    generated::run(&mut cargo);
}
