//! What the app's `docs/recipes.md` says, done as it says: the recipes followed, the demo removed.
//!
//! The last test compiles both apps, which takes minutes the first time.

#![cfg(unix)]

#[path = "readme/demo.rs"]
mod demo;
#[path = "support/generated.rs"]
mod generated;
#[path = "readme/recipes.rs"]
mod recipes;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use hoglet::template::Template;
use support::{Tree, read_tree, render};

const RECIPES: &str = "docs/recipes.md";

#[test]
fn every_place_of_the_demo_is_named() {
    let template = Template::embedded().expect("the template is sound");
    let mut app = render(&template, "hedge", &[]);
    demo::remove(&mut app);
    for (name, contents) in &app {
        let text = String::from_utf8_lossy(contents);
        if name == "README.md" || name.starts_with("docs/") || name.starts_with("vendor/") {
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
fn the_recipes_work_and_without_the_demo_the_app_is_whole() {
    let _lock = generated::lock();
    let folder = generated::folder().join("readme").join("hedge");
    let _ = fs::remove_dir_all(&folder);
    generated::run(
        Command::new(env!("CARGO_BIN_EXE_hoglet"))
            .args(["new", "--yes", "--no-git", "--json"])
            .arg(&folder),
    );
    let generated = read_tree(&folder);

    let mut app = generated.clone();
    recipes::follow(&mut app);
    write(&folder, &app);
    // It brings the lines into order that the recipes say nothing of.
    cargo(&folder, "fmt");
    check(&folder);

    let mut app = generated;
    demo::remove(&mut app);
    write(&folder, &app);
    cargo(&folder, "fmt --check");
    check(&folder);
}

fn check(app: &Path) {
    cargo(
        app,
        "clippy --offline --locked --all-targets -- --deny warnings",
    );
    cargo(app, "test --offline --locked");
}

/// Makes the folder hold this and nothing else. What is the same already stays as old as it is, so that it need not be
/// compiled again.
fn write(folder: &Path, app: &Tree) {
    let there = read_tree(folder);
    for name in there.keys().filter(|name| !app.contains_key(*name)) {
        fs::remove_file(folder.join(name)).expect("a file of ours");
    }
    let mut changed = app.clone();
    changed.retain(|name, contents| there.get(name) != Some(contents));
    xtask::repository::write(folder, &changed).expect("a writable folder");
}

/// A section of the recipes, from its heading to the next one.
fn section(app: &Tree, heading: &str) -> String {
    let recipes = String::from_utf8(app[RECIPES].clone()).expect("UTF-8");
    let (_, section) = recipes
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("{RECIPES} has no {heading}"));
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    section.to_owned()
}

/// The first code block of a language.
fn block(section: &str, language: &str) -> String {
    blocks(section, language).swap_remove(0)
}

/// The code blocks of a language, those in lists too, without what they are indented by.
fn blocks(section: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        let indented = line.len() - line.trim_start().len();
        if line.trim_start() != format!("```{language}") {
            continue;
        }
        let code = lines.by_ref().take_while(|line| line.trim() != "```");
        let code = code.map(|line| format!("{}\n", line.get(indented..).unwrap_or_default()));
        blocks.push(code.collect());
    }
    assert!(!blocks.is_empty(), "there is {language} code in: {section}");
    blocks
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
