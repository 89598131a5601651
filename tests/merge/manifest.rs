//! Merges of `Cargo.toml`: by lines if possible, otherwise by key.

use hoglet::update::merge::{Merged, Sides, merge};
use hoglet::update::renames::Renames;

use crate::labels;
use crate::trees::require_nothing_lost;

const BASE: &str = r#"[package]
name = "my-app"
version = "0.1.0"

[features]
default = ["sqlite", "posthog"]
sqlite = ["hoglet-web/sqlite"]

[dependencies]
axum = { version = "0.8", features = ["form", "json"] }
clap = "4"
# The framework.
hoglet-web = { version = "0.2", path = "vendor/hoglet-web" }
serde = "1"

[lints.rust]
unsafe_code = "forbid"
"#;

/// Replaces texts of the base, one after the other.
fn changed(changes: &[(&str, &str)]) -> String {
    let mut text = BASE.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old} is in\n{text}");
        text = text.replacen(old, new, 1);
    }
    text
}

fn merge_manifests(base: &str, mine: &str, theirs: &str) -> Merged {
    let sides = Sides { base, mine, theirs };
    require_nothing_lost("Cargo.toml", sides);
    let merged = merge("Cargo.toml", sides, &labels(), &Renames::default());
    if merged.conflicts.is_empty() {
        let parsed = toml::from_str::<toml::Table>(&merged.text);
        assert!(parsed.is_ok(), "{parsed:?}\n{}", merged.text);
    }
    merged
}

/// The merge has no conflict, and this result.
#[track_caller]
fn assert_merge(mine: &[(&str, &str)], theirs: &[(&str, &str)], expected: &[(&str, &str)]) {
    let merged = merge_manifests(BASE, &changed(mine), &changed(theirs));
    assert_eq!(merged.text, changed(expected));
    assert_eq!(merged.conflicts, []);
}

#[test]
fn both_may_add_a_dependency_at_the_same_place() {
    assert_merge(
        &[(
            "serde = \"1\"\n",
            "serde = \"1\"\nstripe = \"2\" # payments\n",
        )],
        &[(
            "serde = \"1\"\n",
            "serde = \"1\"\n# Writes JSON.\nserde_json = \"1\"\n",
        )],
        &[(
            "serde = \"1\"\n",
            "serde = \"1\"\n# Writes JSON.\nserde_json = \"1\"\nstripe = \"2\" # payments\n",
        )],
    );
}

#[test]
fn both_may_add_the_same_dependency_at_other_places() {
    assert_merge(
        &[("clap = \"4\"\n", "clap = \"4\"\nuuid = \"1\"\n")],
        &[("serde = \"1\"\n", "serde = \"1\"\nuuid = \"1\"\n")],
        &[("clap = \"4\"\n", "clap = \"4\"\nuuid = \"1\"\n")],
    );
}

#[test]
fn both_may_add_features_to_the_same_dependency() {
    assert_merge(
        &[(r#"["form", "json"]"#, r#"["form", "json", "ws"]"#)],
        &[(
            r#"version = "0.8", features = ["form", "json"]"#,
            r#"version = "0.9", features = ["form", "query"]"#,
        )],
        &[(
            r#"version = "0.8", features = ["form", "json"]"#,
            r#"version = "0.9", features = ["form", "ws", "query"]"#,
        )],
    );
}

#[test]
fn a_version_alone_is_a_dependency_with_a_version() {
    assert_merge(
        &[(
            "clap = \"4\"",
            "clap = { version = \"4\", features = [\"env\"] }",
        )],
        &[("clap = \"4\"", "clap = \"5\"")],
        &[(
            "clap = \"4\"",
            "clap = { version = \"5\", features = [\"env\"] }",
        )],
    );
    assert_merge(
        &[(
            "clap = \"4\"",
            "clap = { version = \"4\", features = [\"env\"] }",
        )],
        &[(
            "clap = \"4\"",
            "clap = { version = \"5\", features = [\"derive\"] }",
        )],
        &[(
            "clap = \"4\"",
            "clap = { version = \"5\", features = [\"env\", \"derive\"] }",
        )],
    );
}

#[test]
fn a_dependency_with_a_table_of_its_own_is_merged_with_one_on_a_line() {
    let table = "\n[dependencies.axum]\nversion = \"0.8\" # as our proxy\nfeatures = [\"form\", \"json\"]\n";
    assert_merge(
        &[
            (
                "axum = { version = \"0.8\", features = [\"form\", \"json\"] }\n",
                "",
            ),
            ("serde = \"1\"\n", &format!("serde = \"1\"\n{table}")),
        ],
        &[(
            r#"version = "0.8", features = ["form", "json"]"#,
            r#"version = "0.8", features = ["form", "json", "query"]"#,
        )],
        &[
            (
                "axum = { version = \"0.8\", features = [\"form\", \"json\"] }\n",
                "",
            ),
            (
                "serde = \"1\"\n",
                &format!(
                    "serde = \"1\"\n{}",
                    table.replace("\"json\"]", "\"json\", \"query\"]")
                ),
            ),
        ],
    );
}

#[test]
fn the_name_and_the_version_of_the_package_are_the_users() {
    assert_merge(
        &[
            ("name = \"my-app\"", "name = \"shop\""),
            ("version = \"0.1.0\"", "version = \"3.2.0\""),
        ],
        &[(
            "version = \"0.1.0\"\n",
            "version = \"0.1.0\"\nedition = \"2024\"\n",
        )],
        &[
            ("name = \"my-app\"", "name = \"shop\""),
            (
                "version = \"0.1.0\"\n",
                "version = \"3.2.0\"\nedition = \"2024\"\n",
            ),
        ],
    );
}

#[test]
fn a_dependency_that_the_user_removed_stays_removed() {
    assert_merge(
        &[("clap = \"4\"\n", "")],
        &[("clap = \"4\"\n", "clap = \"5\"\n")],
        &[("clap = \"4\"\n", "")],
    );
}

#[test]
fn a_dependency_that_only_the_template_removed_is_removed() {
    assert_merge(
        &[(
            "axum = { version = \"0.8\",",
            "axum = { version = \"0.8.1\",",
        )],
        &[("clap = \"4\"\n", "")],
        &[
            (
                "axum = { version = \"0.8\",",
                "axum = { version = \"0.8.1\",",
            ),
            ("clap = \"4\"\n", ""),
        ],
    );
}

#[test]
fn comments_of_both_are_kept() {
    assert_merge(
        &[
            ("# The framework.", "# The framework, with our patches."),
            ("serde = \"1\"", "serde = \"1\" # our own"),
            ("clap = \"4\"\n", "clap = \"4\"\nown = \"1\"\n"),
        ],
        &[
            ("[lints.rust]", "# Rules for everybody.\n[lints.rust]"),
            (
                "clap = \"4\"\n",
                "# Arguments.\nclap = \"4\"\nchrono = \"1\"\n",
            ),
            ("default =", "# What is on.\ndefault ="),
        ],
        &[
            ("# The framework.", "# The framework, with our patches."),
            ("serde = \"1\"", "serde = \"1\" # our own"),
            (
                "clap = \"4\"\n",
                "# Arguments.\nclap = \"4\"\nchrono = \"1\"\nown = \"1\"\n",
            ),
            ("[lints.rust]", "# Rules for everybody.\n[lints.rust]"),
            ("default =", "# What is on.\ndefault ="),
        ],
    );
}

#[test]
fn new_tables_come_after_their_neighbour() {
    assert_merge(
        &[("serde = \"1\"\n", "serde = \"1\"\nmine = \"1\"\n")],
        &[(
            "serde = \"1\"\n",
            "serde = \"1\"\ntheirs = \"1\"\n\n[dev-dependencies]\ninsta = \"1\"\n",
        )],
        &[(
            "serde = \"1\"\n",
            "serde = \"1\"\ntheirs = \"1\"\nmine = \"1\"\n\n[dev-dependencies]\ninsta = \"1\"\n",
        )],
    );
}

#[test]
fn arrays_on_several_lines_keep_their_layout() {
    let base = "[features]\ndefault = [\n    \"a\",\n    \"b\",\n]\n";
    let mine = base.replace("    \"b\",\n", "    \"b\",\n    \"mine\",\n");
    let theirs = base.replace("    \"b\",\n", "    \"b\",\n    \"theirs\",\n");
    let merged = merge_manifests(base, &mine, &theirs);
    let expected =
        "[features]\ndefault = [\n    \"a\",\n    \"b\",\n    \"mine\",\n    \"theirs\",\n]\n";
    assert_eq!((merged.text.as_str(), merged.conflicts), (expected, vec![]));
}

#[test]
fn keys_that_both_changed_differently_get_markers() {
    let mine = changed(&[
        ("version = \"0.8\"", "version = \"0.8.5\""),
        ("clap = \"4\"\n", "clap = \"4.5\" # pinned\nmine = \"1\"\n"),
    ]);
    let theirs = changed(&[
        ("version = \"0.8\"", "version = \"0.9\""),
        ("clap = \"4\"\n", "clap = \"5\"\ntheirs = \"1\"\n"),
    ]);
    let merged = merge_manifests(BASE, &mine, &theirs);
    let expected = changed(&[
        (
            "axum = { version = \"0.8\", features = [\"form\", \"json\"] }\n",
            "<<<<<<< mine
axum = { version = \"0.8.5\", features = [\"form\", \"json\"] }
=======
axum = { version = \"0.9\", features = [\"form\", \"json\"] }
>>>>>>> theirs
",
        ),
        (
            "clap = \"4\"\n",
            "<<<<<<< mine
clap = \"4.5\" # pinned
=======
clap = \"5\"
>>>>>>> theirs
theirs = \"1\"
mine = \"1\"
",
        ),
    ]);
    assert_eq!(merged.text, expected);
    assert_eq!(merged.conflicts, [10..=14, 15..=19]);
}

#[test]
fn a_key_that_the_user_changed_and_the_template_removed_is_a_conflict() {
    let mine = changed(&[("clap = \"4\"", "clap = \"4.5\"")]);
    let theirs = changed(&[("clap = \"4\"\n", "")]);
    let merged = merge_manifests(BASE, &mine, &theirs);
    let expected = changed(&[(
        "clap = \"4\"\n",
        "<<<<<<< mine\nclap = \"4.5\"\n=======\n>>>>>>> theirs\n",
    )]);
    assert_eq!(merged.text, expected);
    assert_eq!(merged.conflicts, [11..=14]);
}

#[test]
fn a_manifest_that_is_no_toml_is_merged_by_lines() {
    let mine = changed(&[("clap = \"4\"", "clap = ")]);
    let theirs = changed(&[("clap = \"4\"", "clap = \"5\"")]);
    let merged = merge_manifests(BASE, &mine, &theirs);
    assert_eq!(merged.conflicts, [11..=15]);
    assert!(
        merged
            .text
            .contains("<<<<<<< mine\nclap = \n=======\nclap = \"5\"\n>>>>>>> theirs\n")
    );
}
