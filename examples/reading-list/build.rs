//! Sets `APP_RELEASE`, which every event carries as `release`, and makes the release binary smaller.
//!
//! `APP_RELEASE` is the package's version and, if known, the git commit, such as `0.1.0+1a2b3c4d`.

use std::env;
use std::path::Path;
use std::process::Command;

/// Enough to find the commit, and short enough to read.
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
    if is_release() && env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        // Debug information shrinks to a third. Captured errors still show their lines.
        println!("cargo::rustc-link-arg-bins=-Wl,--compress-debug-sections=zlib");
    }
}

fn is_release() -> bool {
    env::var("PROFILE").is_ok_and(|profile| profile == "release")
}

/// The commit in `GIT_COMMIT`, for builds without git, as in a container.
fn given() -> Option<String> {
    short(&env::var("GIT_COMMIT").ok()?)
}

/// The commit that git reports.
///
/// Only in release builds: a development build would be compiled again after every commit.
fn ask_git() -> Option<String> {
    if !is_release() {
        return None;
    }
    // Fails if the app is in a repository that does not track it.
    git(&["ls-files", "--error-unmatch", "Cargo.toml"])?;
    for moved_by_a_commit in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", moved_by_a_commit])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    short(&git(&["rev-parse", "HEAD"])?)
}

/// The output of a git command. `None` if git is missing or fails.
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
