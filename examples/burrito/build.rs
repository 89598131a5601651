//! Names the release, for the `release` that every event carries: the package's version, and the git commit that
//! it was built from where that is known, such as `0.1.0+1a2b3c4d`.

use std::env;
use std::path::Path;
use std::process::Command;

/// Enough to find a commit by, and short enough to read.
const COMMIT_CHARACTERS: usize = 8;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=GIT_COMMIT");
    let version = env::var("CARGO_PKG_VERSION").expect("cargo names the version");
    let release = match given().or_else(ask_git) {
        Some(commit) => format!("{version}+{commit}"),
        None => version,
    };
    println!("cargo::rustc-env=APP_RELEASE={release}");
}

/// `GIT_COMMIT`, for builds without git, as in a container.
fn given() -> Option<String> {
    short(&env::var("GIT_COMMIT").ok()?)
}

/// In release builds only: a development build would be built anew at every commit.
fn ask_git() -> Option<String> {
    if env::var("PROFILE").is_ok_and(|profile| profile != "release") {
        return None;
    }
    // Fails where this app only happens to lie in somebody's repository.
    git(&["ls-files", "--error-unmatch", "Cargo.toml"])?;
    for moved_by_a_commit in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", moved_by_a_commit])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    short(&git(&["rev-parse", "HEAD"])?)
}

/// What git says; nothing without git, and where it fails.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn short(commit: &str) -> Option<String> {
    let commit: String = commit.trim().chars().take(COMMIT_CHARACTERS).collect();
    let is_hash = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(commit)
}
