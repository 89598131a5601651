//! The folder where generated apps are compiled.
//!
//! The apps share one target directory, so that dependencies are compiled once. Most of them also share one folder, because
//! cargo compiles the crates in `vendor/` again if they are at another path.

#![allow(dead_code, reason = "each test file uses its own part of this")]

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

/// A new app in the shared folder. The arguments are further ones of `hoglet new`.
pub fn new_app(name: &str, arguments: &[&str]) -> PathBuf {
    write_app(|folder| {
        let mut hoglet = Command::new(env!("CARGO_BIN_EXE_hoglet"));
        hoglet.args(["new", "--yes", "--no-git", "--json", "--name", name]);
        run(hoglet.args(arguments).arg(folder));
    })
}

/// Replaces the app in the shared folder.
///
/// A file with the same bytes as in the last app keeps its time, because cargo compiles newer files again.
pub fn write_app(write: impl FnOnce(&Path)) -> PathBuf {
    let [app, last] = ["app", "last-app"].map(|name| folder().join(name));
    let _ = fs::remove_dir_all(&last);
    let _ = fs::rename(&app, &last);
    write(&app);
    keep_times(&last, &app);
    app
}

/// Gives each file the time of its equal in the last app.
fn keep_times(last: &Path, app: &Path) {
    for entry in fs::read_dir(last).into_iter().flatten() {
        let old = entry.expect("a readable folder").path();
        let new = app.join(old.file_name().expect("a name"));
        if old.is_dir() {
            keep_times(&old, &new);
        } else if fs::read(&new).is_ok_and(|bytes| fs::read(&old).is_ok_and(|old| old == bytes)) {
            let time = fs::metadata(&old).and_then(|old| old.modified());
            let file = File::options().append(true).open(&new);
            let kept = file.and_then(|file| file.set_modified(time?));
            kept.expect("a writable file");
        }
    }
}

/// A folder for an app that must not be in the shared folder. The caller holds the [`lock`].
///
/// Cargo names what it compiles by the path inside the app. To cargo, older files of the shared app would be what it compiled here
/// meanwhile, so the next app gets new times.
pub fn own_folder(name: &str) -> PathBuf {
    let _ = fs::remove_dir_all(folder().join("app"));
    folder().join(name)
}

/// Cargo in an app's folder, with the shared target directory.
pub fn cargo(app: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(app)
        .env("CARGO_TARGET_DIR", target())
        // Each app is built once, so files for the next build would only take time.
        .env("CARGO_INCREMENTAL", "0");
    cargo
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
