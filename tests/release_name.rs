//! The name of an app's release: compiles `template/build.rs` and runs it with and without git.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

struct BuildScript {
    folder: TempDir,
}

impl BuildScript {
    fn compile() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template/build.rs");
        let compiled = Command::new("rustc")
            .args(["--edition", "2024", "-o"])
            .arg(folder.path().join("build"))
            .arg(source)
            .status()
            .expect("rustc starts");
        assert!(compiled.success());
        Self { folder }
    }

    /// Makes a folder with a package in it.
    fn package(&self, name: &str) -> PathBuf {
        let package = self.folder.path().join(name);
        fs::create_dir_all(&package).expect("a folder");
        fs::write(package.join("Cargo.toml"), "").expect("a file");
        package
    }

    /// The output of the build script, as cargo reads it.
    fn says(&self, package: &Path, variables: &[(&str, &OsStr)]) -> String {
        let output = Command::new(self.folder.path().join("build"))
            .current_dir(package)
            .env_remove("GIT_COMMIT")
            .env("CARGO_PKG_VERSION", "1.2.3")
            .env("PROFILE", "release")
            .env("GIT_CEILING_DIRECTORIES", self.folder.path())
            .envs(variables.iter().copied())
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn release(&self, package: &Path, variables: &[(&str, &OsStr)]) -> String {
        let said = self.says(package, variables);
        let mut releases = said
            .lines()
            .filter_map(|line| line.strip_prefix("cargo::rustc-env=APP_RELEASE="));
        let release = releases.next().expect("it names the release").to_owned();
        assert_eq!(releases.next(), None);
        release
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_release_build_knows_the_commit_that_it_is_built_from() {
    let script = BuildScript::compile();
    let package = script.package("app");
    assert_eq!(script.release(&package, &[]), "1.2.3");

    git(&package, &["init", "--quiet"]);
    assert_eq!(
        script.release(&package, &[]),
        "1.2.3",
        "nothing is committed"
    );
    git(&package, &["add", "Cargo.toml"]);
    for message in ["first", "second"] {
        git(
            &package,
            &["commit", "--quiet", "--allow-empty", "-m", message],
        );
        let head = git(&package, &["rev-parse", "HEAD"]);
        assert_eq!(
            script.release(&package, &[]),
            format!("1.2.3+{}", &head[..8])
        );
    }
    let said = script.says(&package, &[]);
    for watched in ["HEAD", "logs/HEAD"] {
        let watched = format!("cargo::rerun-if-changed=.git/{watched}\n");
        assert!(said.contains(&watched), "{said}");
    }

    // A development build must not depend on git, or every commit would rebuild it.
    let debug = ("PROFILE", "debug".as_ref());
    assert_eq!(script.release(&package, &[debug]), "1.2.3");
    assert!(!script.says(&package, &[debug]).contains(".git"));
    let nowhere = ("PATH", "".as_ref());
    assert_eq!(script.release(&package, &[nowhere]), "1.2.3", "without git");
}

#[test]
fn a_repository_that_it_only_lies_in_says_nothing_about_it() {
    let script = BuildScript::compile();
    let around = script.package("around");
    git(&around, &["init", "--quiet"]);
    git(
        &around,
        &["commit", "--quiet", "--allow-empty", "-m", "first"],
    );
    let inside = script.package("around/target/app");
    assert_eq!(script.release(&inside, &[]), "1.2.3");
}

#[test]
fn a_build_without_git_takes_the_commit_from_a_variable() {
    let script = BuildScript::compile();
    let package = script.package("app");
    for profile in ["debug", "release"] {
        for (given, release) in [
            (COMMIT, "1.2.3+01234567"),
            (" 1a2b3c4d\n", "1.2.3+1a2b3c4d"),
            ("", "1.2.3"),
            ("main", "1.2.3"),
            ("\ncargo::rustc-env=SECRET_KEY=x", "1.2.3"),
        ] {
            let variables = [
                ("GIT_COMMIT", given.as_ref()),
                ("PROFILE", profile.as_ref()),
            ];
            assert_eq!(script.release(&package, &variables), release, "{given:?}");
        }
    }
}

#[test]
fn only_a_release_build_for_linux_compresses_its_debug_information() {
    let script = BuildScript::compile();
    let package = script.package("app");
    for (profile, system, compressed) in [
        ("release", "linux", true),
        ("release", "macos", false),
        ("release", "windows", false),
        ("debug", "linux", false),
    ] {
        let said = script.says(
            &package,
            &[
                ("PROFILE", profile.as_ref()),
                ("CARGO_CFG_TARGET_OS", system.as_ref()),
            ],
        );
        assert_eq!(
            said.contains("--compress-debug-sections"),
            compressed,
            "{profile} {system}"
        );
    }
}
