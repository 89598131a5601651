//! The identity law: a generated app is the template, byte for byte.
//!
//! Exceptions are the files that contain an answer, and the template's own files, which are left out.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use hoglet::template::Template;
use support::{Tree, assert_same, render, repository, tracked};

/// In a generated app this file has more lines at its end: `xtask/manifest-tail.toml`.
const MANIFEST: &str = "Cargo.toml";

/// Files of the template that are not in an app: the questions, and Hoglet's own tests.
const KEPT: &[&str] = &[
    "cargo-generate.toml",
    "vendor/hoglet-web/tests/",
    "vendor/hoglet-jobs/tests/",
    "vendor/hoglet-posthog/tests/",
];

#[test]
fn the_default_app_is_the_template() {
    let template = repository().join("template");
    let real: Tree = handed_out()
        .into_iter()
        .filter(|name| !name.ends_with(".liquid"))
        .map(|name| {
            (
                name.clone(),
                fs::read(template.join(name)).expect("a readable file"),
            )
        })
        .collect();
    let mut app = render(&embedded(), "my-app", &[]);

    // These files exist in the app only, and the manifest has more lines there.
    assert!(app.remove("Cargo.lock").is_some());
    assert!(app.remove(".hoglet.toml").is_some());
    let manifest = app.get_mut(MANIFEST).expect("the app has a manifest");
    assert!(
        manifest.starts_with(&real[MANIFEST]),
        "the app's manifest begins with the template's"
    );
    manifest.truncate(real[MANIFEST].len());

    assert_same(("the template", &real), ("the default app", &app));
}

#[test]
fn the_binary_carries_what_git_tracks() {
    let files = handed_out();
    let expected: BTreeSet<&str> = files
        .iter()
        .map(|name| name.strip_suffix(".liquid").unwrap_or(name))
        .collect();
    let embedded = embedded();
    let carried: BTreeSet<&str> = embedded.files.keys().map(String::as_str).collect();
    assert_eq!(
        carried, expected,
        "each entry of template/ has a link in generator/embed/, which `cargo xtask refresh` makes",
    );
}

#[test]
fn only_files_that_bear_an_answer_are_rendered() {
    let embedded = embedded();
    let rendered: BTreeSet<String> = embedded.questions.rendered.iter().cloned().collect();
    let liquid: BTreeSet<String> = tracked("template")
        .iter()
        .filter_map(|name| name.strip_suffix(".liquid").map(str::to_owned))
        .collect();
    assert_eq!(
        rendered, liquid,
        "`include` in cargo-generate.toml lists the files that have a .liquid twin"
    );

    let defaults = render(&embedded, "my-app", &[]);
    let answers = [
        ("description", "Other"),
        ("database", "postgres"),
        ("posthog_region", "eu"),
    ];
    let others = render(&embedded, "other", &answers);
    for name in defaults.keys() {
        assert_eq!(
            defaults[name] != others[name],
            rendered.contains(name),
            "{name}"
        );
    }
}

#[test]
fn no_file_needs_a_permission_that_the_binary_does_not_carry() {
    let output = Command::new("git")
        .args(["ls-files", "--stage", "template"])
        .current_dir(repository())
        .output()
        .expect("git runs");
    let output = String::from_utf8(output.stdout).expect("UTF-8");
    let special: Vec<&str> = output
        .lines()
        .filter(|line| !line.starts_with("100644"))
        .collect();
    assert!(
        special.is_empty(),
        "executables and links do not survive: {special:?}"
    );
}

#[test]
fn every_combination_is_tidy() {
    let embedded = embedded();
    for database in ["sqlite", "postgres"] {
        for region in ["us", "eu", "https://posthog.example.com"] {
            let app = render(
                &embedded,
                "hedge-row",
                &[("database", database), ("posthog_region", region)],
            );
            for (name, contents) in &app {
                let Ok(text) = str::from_utf8(contents) else {
                    continue;
                };
                let place = format!("{name} ({database}, {region})");
                assert!(
                    text.ends_with('\n') && !text.ends_with("\n\n"),
                    "{place} ends with one newline"
                );
                assert!(!text.contains("\n\n\n"), "{place} has a double blank line");
                assert!(!text.contains('\r'), "{place} has a carriage return");
                assert!(
                    !text.lines().any(|line| line.ends_with([' ', '\t'])),
                    "{place} has spaces at a line's end"
                );
                assert!(
                    !text.contains("my-app") && !text.contains("my_app"),
                    "{place} bears the template's name"
                );
                if embedded.questions.rendered.contains(name) {
                    assert!(
                        !text.contains("{{") && !text.contains("{%"),
                        "{place} has a placeholder left"
                    );
                }
            }
        }
    }
}

#[test]
fn the_answers_are_recorded() {
    let answers = [
        ("description", "It's #1"),
        ("database", "postgres"),
        ("posthog_region", "https://ph.example.com"),
    ];
    let app = render(&embedded(), "hedge", &answers);
    let text = str::from_utf8(&app[".hoglet.toml"]).expect("UTF-8");
    let record: toml::Table = toml::from_str(text).expect("TOML");
    assert_eq!(
        record["template_version"].as_str(),
        Some(env!("CARGO_PKG_VERSION")),
        "bump template/.hoglet.toml.liquid"
    );

    let recorded: BTreeMap<&str, &str> = record["answers"]
        .as_table()
        .expect("a table")
        .iter()
        .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
        .collect();
    let mut expected = BTreeMap::from(answers);
    expected.insert("project-name", "hedge");
    expected.insert("agents", "yes");
    assert_eq!(recorded, expected);
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    assert_eq!(
        render(&embedded(), "hedge", &[]),
        render(&embedded(), "hedge", &[])
    );
}

/// The files of the template that git tracks, without those that are not in an app.
fn handed_out() -> Vec<String> {
    let mut files = tracked("template");
    for kept in KEPT {
        let all = files.len();
        files.retain(|name| !name.starts_with(kept));
        assert!(files.len() < all, "template/{kept} is no more");
    }
    files
}

fn embedded() -> Template {
    Template::embedded().expect("the embedded template is sound")
}
