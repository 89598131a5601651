//! Helpers for benchmarks of the generated app.
//!
//! They make its release build, run its processes, and write the tables of `docs/figures.md`.

#[path = "process.rs"]
pub mod process;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the app with both drivers, so that one binary serves both databases.
///
/// `APP_BINARY` names a program to measure instead, for example one that was built with other settings.
pub fn build() -> PathBuf {
    if let Some(binary) = std::env::var_os("APP_BINARY") {
        let binary = Path::new(&binary).canonicalize();
        return binary.expect("APP_BINARY names a program");
    }
    let status = cargo()
        .args([
            "build",
            "--release",
            "--locked",
            "-p",
            "my-app",
            "--features",
            "postgres",
        ])
        .current_dir(repository())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the app does not build");
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target
        .unwrap_or_else(|| repository().join("target"))
        .join("release/my-app")
}

/// Cargo, without its variables for this crate, which would make the build scripts of other crates run again.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let of_this_crate = ["CARGO_PKG_", "CARGO_MANIFEST_", "OUT_DIR"];
        if of_this_crate.iter().any(|begin| name.starts_with(begin)) {
            cargo.env_remove(&*name);
        }
    }
    cargo
}

/// The app as in production, on SQLite in its working directory.
pub fn in_production(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("APP_ENV", "production")
        .env("PORT", "0")
        .env("SECRET_KEY", "0123456789abcdef".repeat(8))
        .env("DATABASE_URL", "sqlite://data/app.sqlite?mode=rwc");
    command
}

/// Makes the app capture events and send them to `posthog`.
pub fn with_posthog(command: &mut Command, posthog: &str) {
    command
        .env("POSTHOG_PROJECT_TOKEN", "phc_benchmark")
        .env("POSTHOG_HOST", posthog);
}

/// The cookies that an answer sets, as the next request sends them. Empty if it sets none.
pub fn cookies(head: &str) -> String {
    let set: Vec<&str> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .filter_map(|(_, cookie)| cookie.split(';').next())
        .filter(|pair| !pair.ends_with('='))
        .collect();
    set.join("; ")
}

/// Writes a table into `docs/figures.md`, between `<!-- name: begin -->` and `<!-- name: end -->`.
pub fn write_into_figures(name: &str, table: &str) {
    let (begin, end) = (
        format!("<!-- {name}: begin -->"),
        format!("<!-- {name}: end -->"),
    );
    let path = repository().join("docs/figures.md");
    let figures = fs::read_to_string(&path).expect("the file is there");
    let (before, rest) = figures
        .split_once(&begin)
        .expect("it has a place for the table");
    let (_, after) = rest.split_once(&end).expect("it has a place for the table");
    fs::write(path, format!("{before}{begin}\n{table}{end}{after}")).expect("the file is writable");
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
