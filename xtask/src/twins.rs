//! `X.liquid` for each file `X` that contains an answer.
//!
//! It is the same text, with Liquid instead of the default answers.

use anyhow::{Context, ensure};

use crate::Tree;

/// The real files that have a twin.
const REAL: &[&str] = &["Cargo.toml", "README.md", ".env.example", "defaults.env"];

/// A default answer in a real file, and the Liquid that replaces it.
const SUBSTITUTIONS: &[(&str, &str)] = &[
    ("my-app", "{{ project-name }}"),
    ("A web app that knows its users", "{{ description }}"),
    (
        r#"default = ["sqlite", "posthog"]"#,
        r#"default = ["{{ database }}", "posthog"]"#,
    ),
    (
        "sqlite://data/app.sqlite?mode=rwc",
        r#"{% if database == "postgres" %}postgres://app:app@localhost:5432/app{% else %}sqlite://data/app.sqlite?mode=rwc{% endif %}"#,
    ),
    (
        "https://us.i.posthog.com",
        r#"{% if posthog_region == "us" or posthog_region == "eu" %}https://{{ posthog_region }}.i.posthog.com{% else %}{{ posthog_region }}{% endif %}"#,
    ),
];

/// The end of a generated app's manifest.
///
/// In this repository the workspace's manifest has these settings.
const MANIFEST_TAIL: &str = include_str!("../manifest-tail.toml");

/// The twins, by their paths in the template.
pub fn derive(template: &Tree) -> anyhow::Result<Tree> {
    let mut twins = Tree::new();
    for name in REAL {
        let real = template
            .get(*name)
            .with_context(|| format!("template/{name} is missing"))?;
        let twin = twin(name, str::from_utf8(real)?)?;
        twins.insert(format!("{name}.liquid"), twin.into_bytes());
    }
    Ok(twins)
}

fn twin(name: &str, real: &str) -> anyhow::Result<String> {
    ensure!(
        !real.contains("{{") && !real.contains("{%"),
        "template/{name} contains Liquid, which would be rendered"
    );
    let mut text = real.to_owned();
    for (default, variable) in SUBSTITUTIONS {
        text = text.replace(default, variable);
    }
    if name == "Cargo.toml" {
        text.push('\n');
        text.push_str(MANIFEST_TAIL);
    }
    Ok(text)
}
