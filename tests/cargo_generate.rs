//! Stock cargo-generate makes the same app from the template as `hoglet new`.

mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_generate::{GenerateArgs, TemplatePath, Vcs, generate};
use hoglet::template::Template;
use support::{Tree, assert_same, read_tree, render, repository};

const DESCRIPTIONS: &[&str] = &[
    "A web app that knows its users",
    "Çà & là: {{ 1 }}, <b>100 %</b> 'sure' #1",
];
const DATABASES: &[&str] = &["sqlite", "postgres"];
const AGENTS: &[&str] = &["yes", "no"];
const REGIONS: &[&str] = &["us", "eu", "https://posthog.example.com:8443"];

#[test]
fn every_combination_of_answers_gives_the_same_bytes() {
    if !has_an_author("every_combination_of_answers_gives_the_same_bytes") {
        return;
    }
    let template = Template::embedded().expect("the embedded template is sound");
    for description in DESCRIPTIONS {
        for database in DATABASES {
            for region in REGIONS {
                for agents in AGENTS {
                    let answers = [
                        ("description", *description),
                        ("database", *database),
                        ("posthog_region", *region),
                        ("agents", *agents),
                    ];
                    let theirs = stock(&repository().join("template"), "hedge-row-2", &answers);
                    let ours = render(&template, "hedge-row-2", &answers);
                    assert_same(
                        (&format!("hoglet's {answers:?}"), &ours),
                        ("cargo-generate's", &theirs),
                    );
                }
            }
        }
    }
}

#[test]
fn without_agents_both_doors_leave_out_the_same_two_files() {
    if !has_an_author("without_agents_both_doors_leave_out_the_same_two_files") {
        return;
    }
    const NOTES: [&str; 2] = ["AGENTS.md", "CLAUDE.md"];
    let mut tree = template_on_disk();
    for name in NOTES {
        tree.entry(name.to_owned()).or_insert(b"Notes\n".to_vec());
    }
    let copy = tempfile::tempdir().expect("a temporary folder");
    write_template(copy.path(), &tree);
    let template = xtask::app::template(&tree).expect("a sound template");
    let made = |agents: &str| {
        let answers = [("agents", agents)];
        let ours = render(&template, "hedge", &answers);
        let theirs = stock(copy.path(), "hedge", &answers);
        assert_same(("hoglet's", &ours), ("cargo-generate's", &theirs));
        ours
    };
    let (mut with, without) = (made("yes"), made("no"));
    for name in NOTES {
        assert!(with.remove(name).is_some(), "{name}");
    }
    let names = |tree: &Tree| -> Vec<String> { tree.keys().cloned().collect() };
    assert_eq!(names(&with), names(&without), "nothing else is left out");
}

#[test]
fn names_in_kebab_and_snake_case_stay_as_they_are() {
    if !has_an_author("names_in_kebab_and_snake_case_stay_as_they_are") {
        return;
    }
    let template = Template::embedded().expect("the embedded template is sound");
    for name in ["a", "hedge", "hedge_row", "a1-b2-c3"] {
        let theirs = stock(&repository().join("template"), name, &[]);
        assert_same(
            ("hoglet's", &render(&template, name, &[])),
            ("cargo-generate's", &theirs),
        );
    }
}

#[test]
fn cargo_generate_finds_the_template_in_the_whole_repository() {
    if !has_an_author("cargo_generate_finds_the_template_in_the_whole_repository") {
        return;
    }
    // The files of a clone, without the files that a build has added to this folder.
    let clone = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(repository())
        .output()
        .expect("git runs");
    for name in String::from_utf8(output.stdout)
        .expect("UTF-8")
        .split_terminator('\0')
    {
        let (from, to) = (repository().join(name), clone.path().join(name));
        if from.is_file() {
            fs::create_dir_all(to.parent().expect("a folder")).expect("a writable folder");
            fs::copy(from, to).expect("a readable file");
        }
    }
    let of_repository = stock(clone.path(), "hedge", &[]);
    let of_template = stock(&clone.path().join("template"), "hedge", &[]);
    assert_same(
        ("of the repository", &of_repository),
        ("of its template folder", &of_template),
    );
}

#[test]
fn files_of_a_run_of_the_template_are_left_out() {
    if !has_an_author("files_of_a_run_of_the_template_are_left_out") {
        return;
    }
    let copy = tempfile::tempdir().expect("a temporary folder");
    write_template(copy.path(), &template_on_disk());
    let before = stock(copy.path(), "hedge", &[]);
    for name in [
        ".env",
        "data/app.sqlite",
        "data/app.sqlite-wal",
        "target/debug/my-app",
    ] {
        let left = copy.path().join(name);
        fs::create_dir_all(left.parent().expect("a folder")).expect("a writable folder");
        fs::write(left, "SECRET_KEY=0123").expect("a writable file");
    }
    assert_same(
        ("clean", &before),
        ("after a run", &stock(copy.path(), "hedge", &[])),
    );
}

#[test]
fn in_a_crate_in_vendor_nothing_is_rendered_and_its_tests_are_left_out() {
    if !has_an_author("in_a_crate_in_vendor_nothing_is_rendered_and_its_tests_are_left_out") {
        return;
    }
    let mut tree = template_on_disk();
    let names =
        ["Cargo.toml", "README.md", "src/lib.rs"].map(|name| format!("vendor/hoglet-web/{name}"));
    for name in &names {
        let file = tree.get_mut(name).expect("the inner crate has it");
        file.extend_from_slice(b"// {{ project-name }} {% if\n");
    }
    let copy = tempfile::tempdir().expect("a temporary folder");
    write_template(copy.path(), &tree);

    let theirs = stock(copy.path(), "hedge", &[]);
    let template = xtask::app::template(&tree).expect("a sound template");
    let ours = render(&template, "hedge", &[]);
    assert_same(("hoglet's", &ours), ("cargo-generate's", &theirs));
    for name in &names {
        assert_eq!(ours[name], tree[name], "{name}");
    }
    let tests = |tree: &Tree| {
        tree.keys()
            .any(|name| name.starts_with("vendor/hoglet-web/tests"))
    };
    assert!(tests(&tree) && !tests(&ours), "they are Hoglet's own");
}

/// The template in the repository, with its questions and `.liquid` files.
fn template_on_disk() -> Tree {
    xtask::repository::read("template").expect("the template is readable")
}

fn write_template(folder: &Path, tree: &Tree) {
    xtask::repository::write(folder, tree).expect("a writable folder");
}

/// The app that `cargo generate --path` makes, with defaults for questions without an answer.
fn stock(path: &Path, name: &str, answers: &[(&str, &str)]) -> Tree {
    let destination = tempfile::tempdir().expect("a temporary folder");
    let mut define: Vec<String> = answers
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let template = Template::embedded().expect("the embedded template is sound");
    for question in &template.questions.questions {
        if !answers.iter().any(|(key, _)| *key == question.key) {
            define.push(format!("{}={}", question.key, question.default));
        }
    }
    let made: PathBuf = generate(GenerateArgs {
        template_path: TemplatePath {
            path: Some(path.display().to_string()),
            ..TemplatePath::default()
        },
        name: Some(name.to_owned()),
        destination: Some(destination.path().to_owned()),
        define,
        silent: true,
        vcs: Some(Vcs::None),
        no_workspace: true,
        ..GenerateArgs::default()
    })
    .expect("cargo-generate generates");
    read_tree(&made)
}

/// cargo-generate fails without an author, such as in a bare container. Then the test runs again with an author.
fn has_an_author(test: &str) -> bool {
    if env::var_os("CARGO_NAME").is_some() {
        return true;
    }
    let status = Command::new(env::current_exe().expect("the test's own path"))
        .args(["--exact", test])
        .env("CARGO_NAME", "Hedgehog")
        .status()
        .expect("the test runs again");
    assert!(status.success(), "{test} failed");
    false
}
