//! The crate as it would be published: on its own it builds, and generates the same bytes.
//!
//! ```sh
//! cargo test -p hoglet --test package
//! ```

mod support;

use std::fs;
use std::process::Command;

use hoglet::template::Template;
use support::{assert_same, read_tree, render, repository};

/// What crates.io takes, in bytes.
const LARGEST_CRATE: u64 = 10 * 1024 * 1024;

#[test]
fn the_packed_crate_builds_elsewhere_and_generates_the_same() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let cargo = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.env("CARGO_TARGET_DIR", repository().join("target/package-test"));
        cargo
    };
    run(cargo()
        .args([
            "package",
            "--package",
            "hoglet",
            "--no-verify",
            "--allow-dirty",
            "--offline",
            "--quiet",
        ])
        .current_dir(repository()));
    let packed = format!("hoglet-{}", env!("CARGO_PKG_VERSION"));
    let archive = repository().join(format!("target/package-test/package/{packed}.crate"));
    let size = fs::metadata(&archive).expect("the packed crate").len();
    assert!(size < LARGEST_CRATE, "{size} bytes");
    // As of now: what is packed has a date of long ago, by which cargo would take an earlier build for this one's.
    run(Command::new("tar")
        .arg("-xmf")
        .arg(&archive)
        .current_dir(work.path()));

    let unpacked = work.path().join(&packed);
    assert!(
        !work.path().join("template").exists(),
        "nothing is beside it"
    );
    for license in ["LICENSE", "THIRD-PARTY", "VERSION"] {
        let file = unpacked.join("posthog-js").join(license);
        assert!(file.exists(), "{}", file.display());
    }
    run(cargo()
        .args(["build", "--offline", "--locked", "--quiet"])
        .current_dir(&unpacked));

    let binary = repository().join("target/package-test/debug/hoglet");
    run(Command::new(binary)
        .args(["new", "hedge", "--yes", "--no-git", "--json"])
        .current_dir(work.path()));
    let made = work.path().join("hedge");
    fs::remove_file(made.join(".env")).expect("it has a secret of its own");
    let made = read_tree(&made);
    for inner in [
        "vendor/hoglet-web/Cargo.toml",
        "vendor/hoglet-web/src/lib.rs",
    ] {
        assert!(made.contains_key(inner), "cargo has not packed {inner}");
    }
    let expected = render(
        &Template::embedded().expect("a sound template"),
        "hedge",
        &[],
    );
    assert_same(("this crate's", &expected), ("the packed crate's", &made));
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
