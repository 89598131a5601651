//! `Cargo.lock` after an update, completed by cargo itself.
//!
//! The crates are empty. They are in a folder that replaces crates.io, so no test needs a network.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hoglet::base::Files;
use hoglet::interrupt::Interrupt;
use hoglet::update::lock_file::{Completion, LockFile, complete, lock_file};
use tempfile::TempDir;

/// The name, the version and the dependencies of each crate in the registry.
const REGISTRY: &[(&str, &str, &str)] = &[
    ("words", "1.0.1", ""),
    ("words", "1.0.5", ""),
    ("words", "1.0.9", ""),
    ("words", "2.0.0", ""),
    ("log", "0.4.1", ""),
    ("log", "0.4.2", ""),
    ("paint", "0.3.1", "words = '1'\nbrush = '1'"),
    ("paint", "0.3.2", "words = '1'\nbrush = '1'"),
    ("brush", "1.0.0", "words = '2'"),
    ("strict", "1.0.0", "words = '1.0.9'"),
];

const MANIFEST: &str = "[package]
name = \"hedge\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
web = { path = \"vendor/web\" }
log = \"0.4\"

[workspace]
";

/// An app for a test to change, and two releases.
struct Sandbox {
    folder: TempDir,
    base: Files,
    theirs: Files,
}

impl Sandbox {
    /// The first release was tested with the first version of each crate, and the second release with the next version.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, version, dependencies) in REGISTRY {
            let place = folder.path().join(format!("registry/{name}-{version}"));
            let manifest = format!(
                "[package]\nname = '{name}'\nversion = '{version}'\nedition = '2024'\n[dependencies]\n{dependencies}\n"
            );
            write(&place.join("Cargo.toml"), &manifest);
            write(&place.join("src/lib.rs"), "");
            let checksum = format!(r#"{{"files":{{}},"package":"{name} {version}"}}"#);
            write(&place.join(".cargo-checksum.json"), &checksum);
        }
        write(
            &folder.path().join(".cargo/config.toml"),
            "[source.crates-io]\nreplace-with = 'tiny'\n[source.tiny]\ndirectory = 'registry'\n",
        );
        let release = |version: &str, locked: &[(&str, &str)]| {
            let place = folder.path().join(version);
            write(&place.join("Cargo.toml"), MANIFEST);
            write(&place.join("src/main.rs"), "fn main() {}\n");
            let web = format!(
                "[package]\nname = 'web'\nversion = '{version}'\nedition = '2024'\n[dependencies]\nwords = '1'\n"
            );
            write(&place.join("vendor/web/Cargo.toml"), &web);
            write(&place.join("vendor/web/src/lib.rs"), "");
            cargo(&place, "generate-lockfile --offline");
            for (from, to) in locked {
                lock_to(&place, from, to);
            }
            xtask::repository::files(&place).expect("readable files")
        };
        let base = release("0.1.0", &[("1.0.9", "1.0.1"), ("0.4.2", "0.4.1")]);
        let theirs = release("0.2.0", &[("1.0.9", "1.0.5")]);
        let sandbox = Self {
            folder,
            base,
            theirs,
        };
        sandbox.write_release(&sandbox.base);
        sandbox
    }

    fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.app().join("Cargo.lock")).expect("a lock file")
    }

    fn write_release(&self, files: &Files) {
        for (path, contents) in files {
            let contents = str::from_utf8(contents).expect("UTF-8");
            write(&self.app().join(path), contents);
        }
    }

    /// The user changes the manifest, and builds.
    fn edit(&self, change: impl Fn(&str) -> String) {
        self.edit_unbuilt(&change);
        cargo(&self.app(), "metadata --format-version 1 --offline");
    }

    fn edit_unbuilt(&self, change: impl Fn(&str) -> String) {
        let changed = change(MANIFEST);
        assert_ne!(changed, MANIFEST);
        write(&self.app().join("Cargo.toml"), &changed);
    }

    /// Writes the second release with the user's manifest and a new lock file. Returns the lock file before cargo completes it.
    fn update(&self) -> LockFile {
        let manifest = fs::read_to_string(self.app().join("Cargo.toml")).expect("a manifest");
        let made = lock_file(&self.app(), &self.base, &self.theirs).expect("a lock file");
        let made = made.expect("another lock file");
        self.write_release(&self.theirs);
        write(&self.app().join("Cargo.toml"), &manifest);
        write(&self.app().join("Cargo.lock"), &made.text);
        made
    }

    /// Updates the app, and returns the versions of the packages that the tests compare.
    #[track_caller]
    fn updated(&self) -> (LockFile, BTreeMap<String, String>) {
        let made = self.update();
        assert_eq!(self.complete(&made), Completion::Complete);
        cargo(
            &self.app(),
            "metadata --format-version 1 --locked --offline",
        );
        let lock: toml::Table = toml::from_str(&self.lock()).expect("TOML");
        let packages = lock["package"].as_array().expect("packages").iter();
        let version = |package: &toml::Value| {
            let text = |key: &str| package[key].as_str().expect("a text").to_owned();
            (text("name"), text("version"))
        };
        let mut versions = BTreeMap::<String, String>::new();
        for (name, version) in packages.map(version) {
            let all = versions.entry(name).or_default();
            *all = format!("{all} {version}").trim().to_owned();
        }
        (made, versions)
    }

    fn complete(&self, made: &LockFile) -> Completion {
        complete(&self.app(), made, &Interrupt::default()).expect("no signal")
    }

    fn theirs_text(&self) -> &str {
        str::from_utf8(&self.theirs["Cargo.lock"]).expect("UTF-8")
    }
}

fn with_dependency(line: &str) -> impl Fn(&str) -> String {
    move |manifest| manifest.replace("log = ", &format!("{line}\nlog = "))
}

#[test]
fn with_the_dependencies_of_the_template_it_is_that_of_the_release() {
    let sandbox = Sandbox::new();
    let (made, _) = sandbox.updated();
    assert_eq!(
        (&*made.text, made.is_complete),
        (sandbox.theirs_text(), true)
    );
    assert_eq!(sandbox.lock(), sandbox.theirs_text());

    // The user has run `cargo update`, and changed settings that change no dependency.
    let sandbox = Sandbox::new();
    sandbox.edit(|text| text.to_owned() + "[profile.dev]\ndebug = false\n");
    cargo(&sandbox.app(), "update --offline");
    assert!(sandbox.lock().contains("1.0.9"));
    let (made, _) = sandbox.updated();
    assert_eq!(
        (&*made.text, made.is_complete),
        (sandbox.theirs_text(), true)
    );

    // A lock file with CRLF keeps it.
    let sandbox = Sandbox::new();
    write(
        &sandbox.app().join("Cargo.lock"),
        &sandbox.lock().replace('\n', "\r\n"),
    );
    let (made, _) = sandbox.updated();
    assert_eq!(made.text, sandbox.theirs_text().replace('\n', "\r\n"));
}

#[test]
fn a_crate_that_the_user_added_stays_and_cargo_has_nothing_to_add() {
    let sandbox = Sandbox::new();
    sandbox.edit(with_dependency("paint = '0.3'"));
    lock_to(&sandbox.app(), "0.3.2", "0.3.1");
    let (made, versions) = sandbox.updated();
    assert!(!made.is_complete);
    assert_eq!(made.text, sandbox.lock(), "cargo only confirms it");
    // `brush` needs another `words`, which is not compatible.
    assert_eq!(versions["words"], "1.0.5 2.0.0");
    assert_eq!(versions["paint"], "0.3.1");
    assert_eq!(versions["log"], "0.4.2");
    assert_eq!(versions["web"], "0.2.0");
}

#[test]
fn a_crate_that_needs_a_newer_version_than_the_tested_one_gets_it() {
    let sandbox = Sandbox::new();
    lock_to(&sandbox.app(), "1.0.1", "1.0.9");
    sandbox.edit(with_dependency("strict = '1'"));
    let (made, versions) = sandbox.updated();
    assert!(
        made.text.contains("1.0.5"),
        "the tested version is the first choice"
    );
    assert_eq!(versions["words"], "1.0.9");
    assert_eq!(versions["log"], "0.4.2");
}

#[test]
fn a_crate_that_the_user_removed_goes() {
    let sandbox = Sandbox::new();
    sandbox.edit(|text| text.replace("log = \"0.4\"\n", ""));
    let (made, versions) = sandbox.updated();
    assert_eq!(made.text, sandbox.lock());
    let names: Vec<&String> = versions.keys().collect();
    assert_eq!(names, ["hedge", "web", "words"]);
}

#[test]
fn crates_in_folders_of_the_user_stay() {
    let sandbox = Sandbox::new();
    let own = "[package]\nname = 'NAME'\nversion = '7.0.0'\nedition = '2024'\n[dependencies]\n";
    for (name, dependency) in [("prices", "words = '1'"), ("tool", "paint = '0.3.1'")] {
        let folder = sandbox.app().join(name);
        write(
            &folder.join("Cargo.toml"),
            &(own.replace("NAME", name) + dependency),
        );
        write(&folder.join("src/lib.rs"), "");
    }
    sandbox.edit(|text| {
        with_dependency("prices = { path = 'prices' }")(text) + "members = ['tool']\n"
    });
    let (made, versions) = sandbox.updated();
    assert_eq!(made.text, sandbox.lock());
    assert_eq!(
        (&*versions["prices"], &*versions["tool"]),
        ("7.0.0", "7.0.0")
    );
    assert_eq!(
        (&*versions["paint"], &*versions["words"]),
        ("0.3.2", "1.0.5 2.0.0")
    );
}

#[test]
fn an_app_that_was_renamed_keeps_its_name_and_version() {
    let rename = |text: &str| text.replace("hedge", "hedgerow").replace("0.1.0", "1.4.0");
    let sandbox = Sandbox::new();
    sandbox.edit(rename);
    let (made, versions) = sandbox.updated();
    assert!(
        made.is_complete,
        "the dependencies are those of the template"
    );
    assert_eq!(versions["hedgerow"], "1.4.0");
    assert!(!versions.contains_key("hedge"));

    // The user has not built the app since.
    let sandbox = Sandbox::new();
    sandbox.edit_unbuilt(rename);
    let (made, versions) = sandbox.updated();
    assert!(made.is_complete);
    assert_eq!(versions["hedgerow"], "1.4.0");
}

#[test]
fn a_change_that_cargo_has_not_seen_yet_is_completed() {
    let sandbox = Sandbox::new();
    sandbox.edit_unbuilt(with_dependency("paint = '0.3'"));
    let (_, versions) = sandbox.updated();
    assert_eq!(versions["paint"], "0.3.2");
    assert_eq!(versions["words"], "1.0.5 2.0.0");
}

#[test]
fn an_app_without_a_lock_file_stays_without_one() {
    let sandbox = Sandbox::new();
    fs::remove_file(sandbox.app().join("Cargo.lock")).expect("it was there");
    let made = lock_file(&sandbox.app(), &sandbox.base, &sandbox.theirs);
    assert_eq!(made.expect("readable files"), None);
    // A version that the release does not change stays.
    let sandbox = Sandbox::new();
    let made = lock_file(&sandbox.app(), &sandbox.base, &sandbox.base);
    assert_eq!(made.expect("readable files"), None);
}

#[test]
fn a_broken_lock_file_is_made_anew() {
    let sandbox = Sandbox::new();
    sandbox.edit(with_dependency("paint = '0.3'"));
    write(&sandbox.app().join("Cargo.lock"), "<<<<<<< HEAD\n");
    let (_, versions) = sandbox.updated();
    assert_eq!(versions["words"], "1.0.5 2.0.0");
    assert_eq!(versions["paint"], "0.3.2");
}

#[test]
fn cargo_says_what_it_cannot_complete() {
    let sandbox = Sandbox::new();
    sandbox.edit_unbuilt(with_dependency("nowhere = '1'"));
    let made = sandbox.update();
    let Completion::Refused(reason) = sandbox.complete(&made) else {
        panic!("there is no such crate");
    };
    assert!(reason.contains("`nowhere`"), "{reason}");
    assert_eq!(sandbox.lock(), made.text);
}

fn cargo(folder: &Path, arguments: &str) {
    let output = Command::new(env!("CARGO"))
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("cargo runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments}: {words}");
}

/// Locks a crate to another version. `cargo update --precise` does not support the registry of these tests.
fn lock_to(folder: &Path, from: &str, to: &str) {
    let file = folder.join("Cargo.lock");
    let text = fs::read_to_string(&file).expect("a lock file");
    assert!(text.contains(from), "{text}");
    write(&file, &text.replace(from, to));
    cargo(folder, "metadata --format-version 1 --locked --offline");
}

fn write(file: &Path, contents: &str) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("a writable folder");
    fs::write(file, contents).expect("a writable file");
}
