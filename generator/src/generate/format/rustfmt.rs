//! Finds the program rustfmt.
//!
//! `rustfmt` on the PATH is usually rustup's proxy, which first finds out which toolchain to use. That takes longer than the
//! formatting itself. So if only rustup's default decides about the toolchain, its own rustfmt is started directly.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The command that runs rustfmt for an app.
pub fn command(app: &Path) -> Command {
    // `cargo fmt` reads this variable, too.
    let given = env::var_os("RUSTFMT").map(PathBuf::from);
    let program = given.or_else(|| of_toolchain(app));
    let mut command = Command::new(program.unwrap_or_else(|| "rustfmt".into()));
    command.current_dir(app);
    command
}

/// The rustfmt of the toolchain that rustup would choose.
///
/// `None` if more than rustup's settings decides about the toolchain.
fn of_toolchain(app: &Path) -> Option<PathBuf> {
    let is_proxy = |folder: &Path| folder.join(program("rustup")).is_file();
    let path = env::var_os("PATH")?;
    let mut folders = env::split_paths(&path);
    let first = folders.find(|folder| folder.join(program("rustfmt")).is_file())?;
    if !is_proxy(&first) {
        return None;
    }
    let rustup = match env::var_os("RUSTUP_HOME") {
        Some(home) => PathBuf::from(home),
        None => env::home_dir()?.join(".rustup"),
    };
    let toolchain = match env::var("RUSTUP_TOOLCHAIN") {
        Ok(toolchain) => toolchain,
        Err(_) => default_toolchain(&rustup, app)?,
    };
    let program = rustup
        .join("toolchains")
        .join(toolchain)
        .join("bin")
        .join(program("rustfmt"));
    program.is_file().then_some(program)
}

fn program(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// The default toolchain in rustup's settings.
///
/// `None` if a toolchain file in a folder above the app, or an override for a folder, could replace it.
fn default_toolchain(rustup: &Path, app: &Path) -> Option<String> {
    let files = ["rust-toolchain", "rust-toolchain.toml"];
    let mut folders = app.ancestors();
    if folders.any(|folder| files.iter().any(|file| folder.join(file).exists())) {
        return None;
    }
    let settings = std::fs::read_to_string(rustup.join("settings.toml")).ok()?;
    let settings: toml::Table = toml::from_str(&settings).ok()?;
    let overrides = settings.get("overrides").and_then(toml::Value::as_table);
    if overrides.is_some_and(|overrides| !overrides.is_empty()) {
        return None;
    }
    let default = settings.get("default_toolchain")?.as_str()?;
    Some(default.to_owned())
}
