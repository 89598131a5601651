//! The packaged crates build outside this repository, and generate the same bytes.
//!
//! ```sh
//! cargo test -p hoglet --test package
//! ```

mod support;

use std::fs;
use std::process::Command;

use hoglet::template::{Template, vendored_crate};
use support::{Tree, assert_same, read_tree, render, repository};
use xtask::release::FOLDER;

/// The limit of crates.io, in bytes.
const LARGEST_CRATE: u64 = 10 * 1024 * 1024;

/// The stand-in is published first: `hoglet` depends on it.
const CRATES: [&str; 2] = ["hoglet", "hoglet-standin"];

#[test]
fn the_packed_crates_build_elsewhere_and_generate_the_same() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let cargo = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.env("CARGO_TARGET_DIR", repository().join("target/package-test"));
        cargo
    };
    run(cargo()
        .args(["package", "--no-verify", "--allow-dirty"])
        .args(["--offline", "--quiet"])
        .args(CRATES.map(|name| format!("--package={name}")))
        .current_dir(repository()));
    let [unpacked, standin] = CRATES.map(|name| {
        let packed = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        let archive = repository().join(format!("target/package-test/package/{packed}.crate"));
        let size = fs::metadata(&archive).expect("the packed crate").len();
        assert!(size < LARGEST_CRATE, "{name}: {size} bytes");
        // `-m` sets the current time. Packed files have an old date, and cargo would reuse an earlier build.
        run(Command::new("tar")
            .arg("-xmf")
            .arg(&archive)
            .current_dir(work.path()));
        work.path().join(packed)
    });
    assert!(
        !work.path().join("template").exists(),
        "nothing is beside them"
    );
    for license in ["LICENSE", "THIRD-PARTY", "VERSION"] {
        let file = standin.join("posthog-js").join(license);
        assert!(file.exists(), "{}", file.display());
    }
    assert_same(
        (
            "the repository's releases",
            &read_tree(&repository().join(FOLDER)),
        ),
        ("the packed ones", &read_tree(&unpacked.join("releases"))),
    );
    // The registry does not have the stand-in until it is published. The lock file names the registry, so `--locked` would
    // fail.
    let patch = format!("patch.crates-io.hoglet-standin.path = {standin:?}");
    run(cargo()
        .args(["build", "--offline", "--quiet", "--config", &patch])
        .current_dir(&unpacked));

    let binary = repository().join("target/package-test/debug/hoglet");
    run(Command::new(&binary)
        .args(["new", "hedge", "--yes", "--no-git", "--json"])
        .current_dir(work.path()));
    let made = work.path().join("hedge");
    run(Command::new(binary)
        .args(["vendor", "--with-tests"])
        .current_dir(&made));
    fs::remove_file(made.join(".env")).expect("it has a secret of its own");
    let (tests, made): (Tree, Tree) = read_tree(&made)
        .into_iter()
        .partition(|(path, _)| vendored_crate(path).is_some());
    for inner in [
        "vendor/hoglet-web/Cargo.toml",
        "vendor/hoglet-web/src/lib.rs",
    ] {
        assert!(made.contains_key(inner), "cargo has not packed {inner}");
    }
    assert!(!tests.is_empty(), "cargo has not packed the tests");
    let template = Template::embedded().expect("a sound template");
    let expected = render(&template, "hedge", &[]);
    assert_same(("this crate's", &expected), ("the packed crate's", &made));
    let carried = template.tests.into_iter();
    let carried = carried.map(|(path, contents)| (path, contents.into_owned()));
    assert_same(
        ("this crate's", &carried.collect()),
        ("the packed crate's", &tests),
    );
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
