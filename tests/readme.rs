//! Follows the app's documents.
//!
//! The recipes and the guides to generators and updates are followed, the demo is removed, and the commands for agents are run.
//! The last two tests compile the apps, which takes minutes the first time.

#![cfg(unix)]

#[path = "readme/agents.rs"]
mod agents;
#[path = "readme/demo.rs"]
mod demo;
#[path = "support/generated.rs"]
mod generated;
#[path = "readme/generators.rs"]
mod generators;
#[path = "support/process.rs"]
mod process;
#[path = "readme/recipes.rs"]
mod recipes;
mod support;
#[path = "readme/updates.rs"]
mod updates;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs, iter};

use hoglet::template::Template;
use support::{Tree, read_tree, render};

const RECIPES: &str = "docs/recipes.md";
const GENERATORS: &str = "docs/generators.md";
const UPDATES: &str = "docs/updates.md";
const AGENTS: &str = "AGENTS.md";

/// Documents that name files of a new app.
///
/// The recipes and the guide to the generators also name files that their reader creates.
const DOCUMENTS: &[&str] = &[
    AGENTS,
    "README.md",
    "docs/accounts.md",
    "docs/posthog.md",
    "docs/production.md",
    UPDATES,
    "vendor/hoglet-web/README.md",
];

/// The beginnings of names in a document that are files or folders.
const PLACES: &[&str] = &[
    "docs/",
    "src/",
    "static/",
    "templates/",
    "tests/",
    "vendor/",
];

#[test]
fn every_file_that_a_document_names_is_there() {
    let template = Template::embedded().expect("the template is sound");
    let app = render(&template, "hedge", &[]);
    let there = |path: &str| {
        let folder = format!("{}/", path.trim_end_matches('/'));
        app.keys()
            .any(|name| name == path || name.starts_with(&folder))
    };
    for document in DOCUMENTS {
        for name in names(text(&app, document)) {
            if PLACES.iter().any(|place| name.starts_with(place)) {
                assert!(there(name), "{document} names {name}");
            }
        }
    }
    for document in DOCUMENTS.iter().chain(&[RECIPES, GENERATORS]) {
        let (folder, _) = document.rsplit_once('/').unwrap_or_default();
        for link in links(text(&app, document)) {
            assert!(there(&joined(folder, link)), "{document} links to {link}");
        }
    }
}

#[test]
fn every_file_that_this_repositorys_documents_name_is_there() {
    let top = xtask::repository::top();
    let mut documents = vec!["README.md".to_owned()];
    let docs = xtask::repository::tracked("docs").expect("a folder of git's");
    let docs = docs.iter().filter(|name| name.ends_with(".md"));
    documents.extend(docs.map(|name| format!("docs/{name}")));
    for document in documents {
        let text = fs::read_to_string(top.join(&document)).expect("a document");
        let (folder, _) = document.rsplit_once('/').unwrap_or_default();
        for link in links(&text) {
            let path = top.join(joined(folder, link));
            assert!(path.exists(), "{document} links to {link}");
        }
        let folders = [
            "benches/",
            "docs/",
            "generator/",
            "template/",
            "tests/",
            "xtask/",
        ];
        for name in
            names(&text).filter(|name| folders.iter().any(|folder| name.starts_with(folder)))
        {
            let (path, _) = name.split_once("::").unwrap_or((name, ""));
            assert!(top.join(path).exists(), "{document} names {name}");
        }
    }
}

#[test]
fn the_commands_for_agents_stand_in_one_list() {
    let template = Template::embedded().expect("the template is sound");
    let app = render(&template, "hedge", &[]);
    let listed = agents::commands(&app);
    assert!(
        listed.iter().any(|command| command == "cargo test"),
        "{listed:?}"
    );
    // Commands are in code blocks only, because no test runs a command in a sentence.
    let outside = text(&app, AGENTS).split("```").step_by(2);
    for code in outside.flat_map(|text| text.split('`').skip(1).step_by(2)) {
        let is_command = ["cargo ", "hoglet "]
            .iter()
            .any(|start| code.starts_with(start));
        assert!(
            !is_command || listed.iter().any(|command| command == code),
            "{code}"
        );
    }
}

/// The single words between backticks.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter(|name| !name.contains(char::is_whitespace))
}

/// The targets of relative links, without the part after `#`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1);
    let links = links.filter_map(|link| link.split([')', '#']).next());
    links.filter(|link| !link.is_empty() && !link.contains("://"))
}

/// Resolves a relative link from a document's folder.
fn joined(folder: &str, link: &str) -> String {
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}

fn text<'a>(app: &'a Tree, document: &str) -> &'a str {
    let contents = app.get(document);
    let contents = contents.unwrap_or_else(|| panic!("there is no {document}"));
    str::from_utf8(contents).expect("UTF-8")
}

#[test]
fn every_place_of_the_demo_is_named() {
    let template = Template::embedded().expect("the template is sound");
    let app = render(&template, "hedge", &[]);
    let app = changed(&app, demo::remove);
    demo::is_gone(&app);
}

#[test]
fn the_repositorys_readme_shows_what_a_command_prints() {
    let readme = fs::read_to_string(xtask::repository::top().join("README.md"));
    let readme = readme.expect("a document");
    let (_, section) = readme.split_once("\n## Add a table\n").expect("a section");
    let (command, shown) = (block(section, "sh"), block(section, "text"));
    let template = Template::embedded().expect("the template is sound");
    changed(&render(&template, "hedge", &[]), |folder| {
        let printed = hoglet(folder, command.trim());
        assert_eq!(without_times(printed.trim()), without_times(shown.trim()));
    });
}

/// The text with the same time in the name of each migration.
fn without_times(text: &str) -> String {
    let mut parts = text.split("/m20");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let name = part
            .split_once("_create")
            .expect("a name behind the time")
            .1;
        format!("{text}/mTIME_create{name}")
    })
}

#[test]
fn the_guide_to_updates_updates_an_app_and_goes_back() {
    let template = Template::embedded().expect("the template is sound");
    let guide = render(&template, "hedge", &[]);
    changed(&updates::first_app(), |folder| {
        updates::follow(folder, &guide)
    });
    changed(&updates::first_app(), |folder| {
        updates::go_back_from_conflicts(folder, &guide)
    });
}

/// The last test compiles the result.
#[test]
fn the_commands_of_the_guide_write_the_files_that_it_names() {
    let template = Template::embedded().expect("the template is sound");
    let app = render(&template, "hedge", &[]);
    changed(&app, generators::follow);
}

/// The next test compiles the result.
#[test]
fn every_place_that_a_recipe_names_is_there() {
    let template = Template::embedded().expect("the template is sound");
    let mut app = render(&template, "hedge", &[]);
    recipes::follow(&mut app);
}

#[test]
fn the_recipes_and_the_commands_work_and_without_the_demo_the_app_is_whole() {
    let _lock = generated::lock();
    let folder = generated::new_app("hedge", &[]);
    let generated = read_tree(&folder);

    let mut app = generated.clone();
    recipes::follow(&mut app);
    write(&folder, &app);
    // It sorts lines for which the recipes give no order.
    cargo(&folder, "fmt");
    agents::run_all(&folder, &app);
    assert_eq!(
        locked_packages(&read_tree(&folder)),
        locked_packages(&app),
        "no recipe changes what is locked"
    );

    write(&folder, &generated);
    demo::remove(&folder);
    is_sound(&folder);
    hoglet(&folder, &generators::first_resource(&generated));
    is_sound(&folder);
}

#[test]
fn the_app_of_the_guide_to_the_generators_works() {
    let _lock = generated::lock();
    let folder = generated::new_app("hedge", &[]);
    generators::follow(&folder);
    is_sound(&folder);
}

/// Runs the checks that an app must pass before a commit.
fn is_sound(folder: &Path) {
    cargo(folder, "fmt --check");
    cargo(
        folder,
        "clippy --offline --locked --all-targets -- --deny warnings",
    );
    cargo(folder, "test --offline --locked");
}

/// The app after a change in a folder.
fn changed(app: &Tree, change: impl FnOnce(&Path)) -> Tree {
    let folder = tempfile::tempdir().expect("a temporary folder");
    xtask::repository::write(folder.path(), app).expect("a writable folder");
    change(folder.path());
    read_tree(folder.path())
}

/// Runs a command of a document in an app's folder, with this repository's `hoglet`. Returns what it prints.
#[track_caller]
fn hoglet(folder: &Path, command: &str) -> String {
    assert!(command.starts_with("hoglet "), "{command}");
    let program = Path::new(env!("CARGO_BIN_EXE_hoglet"));
    let programs = program.parent().expect("a folder").to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(iter::once(programs).chain(env::split_paths(&path)));
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path.expect("a search path"));
    generated::run(&mut shell)
}

/// The entries of `Cargo.lock`. Cargo sorts them by name, so the app's entry is at another place after the first command.
fn locked_packages(app: &Tree) -> BTreeSet<String> {
    let lock = text(app, "Cargo.lock");
    lock.trim_end().split("\n\n").map(str::to_owned).collect()
}

/// Makes the folder contain exactly these files. Unchanged files keep their time, so that they are not compiled again.
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
    let (_, section) = text(app, RECIPES)
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("{RECIPES} has no {heading}"));
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    section.to_owned()
}

/// The first code block of a language.
fn block(section: &str, language: &str) -> String {
    blocks(section, language).swap_remove(0)
}

/// The code blocks of a language, including those in lists, without their indentation.
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
    generated::run(generated::cargo(app).args(arguments.split(' ')));
}
