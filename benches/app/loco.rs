//! A fresh server-side app of Loco, in its production mode.
//!
//! Its only page is a short Tera template. It has no session, and sets no cookie.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::column::Column;
use crate::support::cargo;
use crate::support::process::Process;

pub async fn start(title: &'static str, folder: &Path, port: u16) -> Column {
    let binary = build(folder);
    let data = tempfile::tempdir().expect("a temporary folder").keep();
    let database = data.join("loco.sqlite");
    let address = format!("http://127.0.0.1:{port}");
    let mut command = Command::new(&binary);
    command
        .arg("start")
        .env_clear()
        .env("LOCO_ENV", "production")
        .env("BINDING", "127.0.0.1")
        .env("PORT", port.to_string())
        .env("HOST", &address)
        .env(
            "DATABASE_URL",
            format!("sqlite://{}?mode=rwc", database.display()),
        )
        .env("JWT_SECRET", "0123456789abcdef".repeat(4))
        .env("MAILER_HOST", "127.0.0.1")
        .env("MAILER_USER", "nobody")
        .env("MAILER_PASSWORD", "none");
    let mut start = || Process::start_at(address.clone(), &mut command, folder);
    // As for ours: the first start migrates the database.
    drop(Column::start(title, &mut start).await);
    let mut column = Column::start(title, start).await;
    column.binary = Some(binary);
    column
}

/// Its release build, in its own `target`.
fn build(folder: &Path) -> PathBuf {
    let status = cargo()
        .args(["build", "--release", "--target-dir", "target"])
        .current_dir(folder)
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the Loco app does not build");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("a valid manifest");
    let program = manifest["package"]["default-run"].as_str();
    let program = program.expect("Loco names the program to run");
    folder.join("target/release").join(program)
}
