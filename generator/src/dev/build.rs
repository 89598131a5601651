//! Builds the app with cargo, which speaks to the terminal itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

use super::{Error, Project};

/// A program ready to start, in a folder that goes when it is dropped.
///
/// It is a copy: cargo may write the next one while this one runs, which some systems refuse and some linkers do in place.
#[derive(Debug)]
pub struct Program {
    pub path: PathBuf,
    _folder: TempDir,
}

/// `None` where it does not build; cargo has said why.
pub async fn build(project: &Project, progress_bar: bool) -> Result<Option<Program>, Error> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--message-format=json-render-diagnostics", "--bin"])
        .arg(&project.name)
        .current_dir(&project.root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    if !progress_bar {
        cargo.env("CARGO_TERM_PROGRESS_WHEN", "never");
    }
    let output = cargo.spawn().map_err(|cause| Error::Cargo {
        folder: project.root.clone(),
        cause,
    })?;
    let output = output.wait_with_output().await.map_err(Error::Runtime)?;
    if !output.status.success() {
        return Ok(None);
    }
    let built = executable(&output.stdout, &project.name).ok_or_else(|| Error::NoProgram {
        name: project.name.clone(),
    })?;
    copy(&built).map(Some)
}

/// Cargo knows where it puts things: the target directory may be anywhere.
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

/// Beside the original, where running a program is allowed and a copy may share its blocks.
fn copy(built: &Path) -> Result<Program, Error> {
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
    fs::copy(built, &path).map_err(failed)?;
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
