//! The app's lock file: this workspace's, without crates that no app needs.

use std::env;
use std::fs;
use std::process::Command;

use anyhow::{Context, ensure};
use hoglet::template::Template;

use crate::{app, repository};

/// Makes `Cargo.lock.liquid`.
pub fn derive(template: &Template) -> anyhow::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    repository::write(folder.path(), &app::render(template, "my-app", &[])?)?;
    let lock = folder.path().join("Cargo.lock");
    fs::copy(repository::top().join("Cargo.lock"), &lock).context("copying the lock file")?;

    // Resolving keeps the locked versions and drops unneeded entries. It may download crates, because it needs the crates of
    // every platform, and a build here has fetched only the crates of this platform.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata
        .args(["metadata", "--format-version", "1"])
        .current_dir(folder.path());
    repository::output(&mut metadata)?;

    let lock = fs::read_to_string(lock).context("reading the pruned lock file")?;
    let own = "name = \"my-app\"\n";
    ensure!(
        lock.matches(own).count() == 1,
        "the app has one entry in its lock file"
    );
    let lock = lock.replace(own, "name = \"{{ project-name }}\"\n");
    Ok(lock.into_bytes())
}
