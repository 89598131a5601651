//! The folder where generated apps are compiled. All apps share one target directory, so that dependencies are compiled once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that keeps compiled files from run to run.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the repository")
        .join("target/generated")
}

pub fn target() -> PathBuf {
    folder().join("target")
}

/// A lock, so that one test at a time uses the folder, even if each test is a separate process.
pub fn lock() -> File {
    fs::create_dir_all(folder()).expect("a writable folder");
    let file = File::create(folder().join("lock")).expect("a writable file");
    file.lock().expect("the lock");
    file
}

/// Runs a command to its end, and returns what it prints. Shows its output if it fails.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
