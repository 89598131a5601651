//! What is derived from something else stays in step with it.
//!
//! The template is a crate, so its real files are the ones to edit. From them come `X.liquid` for each `X` that bears an
//! answer, the app's lock file, the links through which the generator carries the template, and `examples/burrito`. After
//! a change, this brings them up to date:
//!
//! ```sh
//! HOGLET_REFRESH=1 cargo test -p hoglet --test refresh
//! ```

mod support;

use std::collections::BTreeSet;
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use support::{Tree, assert_same, render, repository, template_on_disk, tracked, write_tree};

/// Where a default answer stands in the real file, and what asks for it in its place.
const SUBSTITUTIONS: &[(&str, &str)] = &[
    ("my-app", "{{ project-name }}"),
    ("A web app that knows its users", "{{ description }}"),
    (r#"default = ["sqlite"]"#, r#"default = ["{{ database }}"]"#),
    (
        "sqlite://data/app.sqlite?mode=rwc",
        r#"{% if database == "postgres" %}postgres://app:app@localhost:5432/app{% else %}sqlite://data/app.sqlite?mode=rwc{% endif %}"#,
    ),
    (
        "https://us.i.posthog.com",
        r#"{% if posthog_region == "us" or posthog_region == "eu" %}https://{{ posthog_region }}.i.posthog.com{% else %}{{ posthog_region }}{% endif %}"#,
    ),
];

/// What only a generated app has: in this repository the workspace's manifest says it.
const MANIFEST_TAIL: &str = r#"
# A workspace of its own, so that it never joins one that surrounds it.
[workspace]

# Line tables are enough for a readable panic, and make building and linking faster.
[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
debug = false

# Hashing one password without optimization takes half a second.
[profile.dev.package.argon2]
opt-level = 3

[profile.dev.package.blake2]
opt-level = 3

# Names and lines of the app's own code stay in: error capture shows where an error arose. Line tables
# alone would leave an inlined handler without a name, and PostHog tells errors apart by it.
[profile.release]
debug = "limited"
lto = "thin"

[profile.release.package."*"]
debug = false
"#;

#[test]
fn what_is_derived_is_up_to_date() {
    let refresh = std::env::var_os("HOGLET_REFRESH").is_some();
    let template = repository().join("template");

    let mut stale = Vec::new();
    let mut check = |name: &str, text: String| {
        let path = template.join(name);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        if refresh {
            fs::write(path, text).expect("the template is writable");
        } else {
            stale.push(format!("template/{name}"));
        }
    };
    for name in ["Cargo.toml", "README.md", ".env.example", "defaults.env"] {
        let real = fs::read_to_string(template.join(name)).expect("the real file is there");
        check(&format!("{name}.liquid"), derive(name, &real));
    }
    check("Cargo.lock.liquid", lock());
    stale.extend(links(refresh));

    let example = repository().join("examples/burrito");
    let fresh = render(&template_on_disk(), "burrito", &[]);
    if refresh {
        for name in tracked("examples/burrito") {
            fs::remove_file(example.join(name)).expect("the example is writable");
        }
        write_tree(&example, &fresh);
    }
    let committed: Tree = tracked("examples/burrito")
        .into_iter()
        .map(|name| {
            (
                name.clone(),
                fs::read(example.join(name)).expect("a readable example"),
            )
        })
        .collect();

    let remedy = "refresh with `HOGLET_REFRESH=1 cargo test -p hoglet --test refresh`";
    assert!(stale.is_empty(), "{stale:?} are out of date; {remedy}");
    assert_same(
        ("examples/burrito", &committed),
        (&format!("what is generated now ({remedy})"), &fresh),
    );
}

/// Links that are missing or lead nowhere, unless they could be put right.
fn links(refresh: bool) -> Vec<String> {
    let tracked = tracked("template");
    let mut entries: BTreeSet<&str> = tracked
        .iter()
        .filter_map(|name| name.split('/').next())
        .collect();
    // In their place goes `X.liquid`.
    entries.retain(|name| !tracked.contains(&format!("{name}.liquid")));
    let expected: BTreeSet<String> = entries.iter().map(|name| format!("{name}.in")).collect();

    let embed = repository().join("generator/embed");
    let there: BTreeSet<String> = fs::read_dir(&embed)
        .expect("the links are there")
        .map(|link| {
            link.expect("a link")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    let mut stale = Vec::new();
    for link in there.symmetric_difference(&expected) {
        let path = embed.join(link);
        #[cfg(unix)]
        if refresh {
            let name = link.strip_suffix(".in").expect("links end in `.in`");
            let target = Path::new("../../template").join(name);
            let done = if there.contains(link) {
                fs::remove_file(path)
            } else {
                symlink(target, path)
            };
            done.expect("the links are writable");
            continue;
        }
        stale.push(format!("generator/embed/{link}"));
    }
    stale
}

/// The `.liquid` twin of a real file.
fn derive(name: &str, real: &str) -> String {
    assert!(
        !real.contains("{{") && !real.contains("{%"),
        "template/{name} holds liquid, which would be rendered"
    );
    let mut text = real.to_owned();
    for (default, variable) in SUBSTITUTIONS {
        text = text.replace(default, variable);
    }
    if name == "Cargo.toml" {
        text.push_str(MANIFEST_TAIL);
    }
    text
}

/// The app's lock file: this workspace's, less what the app does not need.
fn lock() -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_tree(folder.path(), &render(&template_on_disk(), "my-app", &[]));
    let lock = folder.path().join("Cargo.lock");
    fs::copy(repository().join("Cargo.lock"), &lock).expect("the workspace has a lock file");
    prune(folder.path());
    let lock = fs::read_to_string(lock).expect("cargo keeps the lock file");
    let own = "name = \"my-app\"\n";
    assert_eq!(
        lock.matches(own).count(),
        1,
        "the app has one entry in its lock file"
    );
    lock.replace(own, "name = \"{{ project-name }}\"\n")
}

/// Resolving keeps the versions that are locked, and drops entries that nobody asks for. It wants the
/// crates of every platform, which a build on this one has not fetched.
fn prune(app: &Path) {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1"])
        .current_dir(app)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
