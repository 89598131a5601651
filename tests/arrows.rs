//! Dependencies have no circles: between modules, between the parts of a folder, and between crates.
//!
//! A module depends on another one if it names that module or an item in it: in a `use`, in a type, in a function's body. A
//! module does not depend on a module merely because it contains that module, and code for tests does not count.

#[path = "arrows/graph.rs"]
mod graph;
#[path = "arrows/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::fs;

use graph::{Module, circle};
use source::{arrows, read};
use xtask::repository;

/// A crate of this repository, and the dependencies that it must not have. `*` at the end stands for any ending.
struct Rule {
    manifest: &'static str,
    forbidden: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        manifest: "template/vendor/hoglet-errors",
        forbidden: &["axum*", "hoglet*", "my-app", "posthog-rs", "sea-orm*"],
    },
    Rule {
        manifest: "template/vendor/hoglet-posthog",
        forbidden: &[
            "hoglet",
            "hoglet-jobs",
            "hoglet-standin",
            "hoglet-web",
            "minijinja",
            "my-app",
            "sea-orm*",
            "sqlx*",
            "tower-sessions*",
        ],
    },
    Rule {
        manifest: "template/vendor/hoglet-jobs",
        forbidden: &[
            "axum*",
            "hoglet",
            "hoglet-posthog",
            "hoglet-standin",
            "hoglet-web",
            "minijinja",
            "my-app",
            "posthog-rs",
            "tower-sessions*",
        ],
    },
    Rule {
        manifest: "template/vendor/hoglet-web",
        forbidden: &["hoglet", "hoglet-standin", "my-app"],
    },
    Rule {
        manifest: "template",
        forbidden: &["hoglet", "hoglet-standin"],
    },
    Rule {
        manifest: "generator/standin",
        forbidden: &["hoglet*", "my-app"],
    },
];

#[test]
fn the_app_has_no_circle_of_modules() {
    assert_acyclic("template/src");
}

#[test]
fn no_crate_in_vendor_has_a_circle_of_modules() {
    let folder = repository::top().join("template/vendor");
    let mut crates = 0;
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let name = entry.expect("a readable entry").file_name();
        let name = name.to_str().expect("UTF-8");
        assert_acyclic(&format!("template/vendor/{name}/src"));
        crates += 1;
    }
    assert!(crates >= 3, "{crates} crates");
}

#[test]
fn the_generator_has_no_circle_of_modules() {
    assert_acyclic("generator/src");
}

#[test]
fn the_stand_in_has_no_circle_of_modules() {
    assert_acyclic("generator/standin/src");
}

#[test]
fn dependencies_of_every_kind_are_found() {
    let manifest = toml::toml! {
        dependencies = { one = "1" }
        dev-dependencies = { two = "1" }
        target."cfg(unix)".dependencies = { three = "1" }
    };
    let mut found = dependencies(&manifest);
    found.sort();
    assert_eq!(found, ["one", "three", "two"]);
    assert!(matches("sea-orm*", "sea-orm-migration") && !matches("axum", "axum-extra"));
}

#[test]
fn no_crate_depends_on_one_that_it_must_not_know() {
    for rule in RULES {
        let manifest = repository::top().join(rule.manifest).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let manifest: toml::Table = toml::from_str(&text).expect("TOML");
        for name in dependencies(&manifest) {
            let is_forbidden = rule.forbidden.iter().any(|pattern| matches(pattern, &name));
            assert!(!is_forbidden, "{} depends on {name}", rule.manifest);
        }
    }
}

/// Dependencies of every kind, including those of tests and of the build script.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(toml::Table::values);
    let tables = targets.filter_map(toml::Value::as_table).chain([manifest]);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    tables
        .flat_map(|table| kinds.map(|kind| table.get(kind).and_then(toml::Value::as_table)))
        .flatten()
        .flat_map(|dependencies| dependencies.keys().cloned())
        .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => pattern == name,
    }
}

#[test]
fn a_circle_is_found_wherever_it_is_written() {
    let circles = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(module, code)| {
            let file: syn::File = syn::parse_str(code).expect("Rust");
            (path(module), file)
        });
        circle(&arrows(&files.collect())).is_some()
    };
    let a = ("a", "use crate::b::B; pub struct A;");
    assert!(circles(&[a, ("b", "use super::a::A; pub struct B;")]));
    assert!(circles(&[a, ("b", "fn b() { crate::a::f(); }")]));
    assert!(circles(&[a, ("b", "struct B(Vec<crate::a::A>);")]));
    assert!(circles(&[
        ("a", "use crate::c; mod b;"),
        ("c", "use crate::{a::b::{self}};"),
        ("a::b", "use super::Thing;"),
    ]));
    // The single modules have no circle, but `a` and `b` with all their contents have one, at the top and in a folder.
    assert!(circles(&[
        ("a", ""),
        ("a::one", "use crate::b;"),
        ("b", ""),
        ("b::one", "use crate::a;"),
    ]));
    assert!(circles(&[
        ("f", ""),
        ("f::a", ""),
        ("f::a::one", "use crate::f::b;"),
        ("f::b", ""),
        ("f::b::one", "use crate::f::a;"),
    ]));
    assert!(!circles(&[a, ("b", "pub struct B;")]));
    assert!(!circles(&[
        a,
        ("b", "#[cfg(test)] mod tests { use crate::a::A; }")
    ]));
    assert!(!circles(&[
        ("a", "pub mod b; pub use b::B;"),
        ("a::b", "use super::c;"),
        ("a::c", "")
    ]));
}

#[track_caller]
fn assert_acyclic(source: &str) {
    let mut files = BTreeMap::new();
    read(&repository::top().join(source), &Module::new(), &mut files);
    assert!(!files.is_empty(), "{source} has no modules");
    if let Some(circle) = circle(&arrows(&files)) {
        let circle: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
        panic!("{source}: a circle of modules: {}", circle.join(" → "));
    }
}

fn path(module: &str) -> Module {
    module.split("::").map(str::to_owned).collect()
}
