//! `--run`: hands over to `cargo run` in the app's directory.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::error::Error;

/// The app itself prints the address to open, takes Ctrl+C, and decides on the exit code.
pub fn start(directory: &Path) -> Result<ExitCode, Error> {
    let mut command = Command::new("cargo");
    command.arg("run").current_dir(directory);
    hand_over(&mut command).map_err(|cause| Error::Start {
        directory: directory.to_owned(),
        cause,
    })
}

/// Becomes the command, so that signals reach it; cargo does the same with the app.
#[cfg(unix)]
fn hand_over(command: &mut Command) -> std::io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
