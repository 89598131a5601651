//! Builds the app with cargo. Cargo's output reaches the terminal unchanged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Command;

use crate::dev::console;
use crate::dev::error::Error;
use crate::project::Project;

/// A program that is ready to start. Dropping this deletes its folder.
///
/// So cargo can write the next program while this one runs.
#[derive(Debug)]
pub struct Program {
    pub path: PathBuf,
    _folder: TempDir,
}

pub enum Built {
    Program(Program),
    /// Cargo's output; empty if only the terminal received it.
    Failed(String),
}

/// The readers of cargo's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Only the terminal, with cargo's progress bar.
    Terminal,
    /// The open pages too.
    PagesToo,
}

pub async fn build(project: &Project, readers: Readers) -> Result<Built, Error> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--message-format=json-render-diagnostics", "--bin"])
        .arg(&project.name)
        .current_dir(&project.root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    if readers == Readers::PagesToo {
        cargo
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .stderr(Stdio::piped());
        if console::is_coloured() {
            cargo.env("CARGO_TERM_COLOR", "always");
        }
    }
    let mut running = cargo.spawn().map_err(|cause| Error::Cargo {
        folder: project.root.clone(),
        cause,
    })?;
    let (messages, stderr, status) = tokio::join!(
        read_all(running.stdout.take()),
        print_and_keep(running.stderr.take()),
        running.wait()
    );
    let (messages, stderr) = (
        messages.map_err(Error::Runtime)?,
        stderr.map_err(Error::Runtime)?,
    );
    if !status.map_err(Error::Runtime)?.success() {
        return Ok(Built::Failed(stderr));
    }
    let built = executable(&messages, &project.name).ok_or_else(|| Error::NoProgram {
        name: project.name.clone(),
    })?;
    keep(&built).map(Built::Program)
}

async fn read_all(output: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut output) = output {
        output.read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// Prints output as it comes, and returns all of it at the end.
async fn print_and_keep(output: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let mut all = String::new();
    let Some(output) = output else { return Ok(all) };
    let mut lines = BufReader::new(output).split(b'\n');
    while let Some(line) = lines.next_segment().await? {
        let line = String::from_utf8_lossy(&line);
        console::print(&format!("{line}\n"));
        all += &line;
        all.push('\n');
    }
    Ok(all)
}

/// The path of the program, from cargo's messages.
///
/// The target directory can be anywhere.
fn executable(messages: &[u8], name: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        executable: Option<PathBuf>,
        target: Target,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Message>(line).ok())
        .filter(|message| message.target.name == name)
        .find_map(|message| message.executable)
}

/// Keeps the program under a second name in the same folder.
///
/// In that folder, programs are allowed to run.
///
/// A hard link is enough, because cargo removes the old file before it writes the next one (rust-lang/cargo#8348). Windows
/// does not let cargo remove a running program, so on Windows the second file is a copy.
fn keep(built: &Path) -> Result<Program, Error> {
    let failed = |cause| Error::Disk {
        action: "copy",
        path: built.to_owned(),
        cause,
    };
    let beside = built.parent().unwrap_or(built);
    let folder = tempfile::Builder::new()
        .prefix(".hoglet-dev-")
        .tempdir_in(beside)
        .map_err(failed)?;
    let path = folder.path().join(built.file_name().unwrap_or_default());
    if cfg!(windows) || fs::hard_link(built, &path).is_err() {
        fs::copy(built, &path).map_err(failed)?;
    }
    Ok(Program {
        path,
        _folder: folder,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","target":{"name":"hedge","kind":["custom-build"]},"executable":null}
{"reason":"build-script-executed","package_id":"hedge"}
{"reason":"compiler-artifact","target":{"name":"other"},"executable":"/target/debug/other"}
{"reason":"compiler-artifact","target":{"name":"hedge"},"executable":"/target/debug/hedge"}
{"reason":"build-finished","success":true}
"#;
        let found = executable(messages, "hedge");
        assert_eq!(found.as_deref(), Some(Path::new("/target/debug/hedge")));
        assert_eq!(executable(messages, "hog"), None);
    }
}
