//! Formats new Rust files: one process of rustfmt for all of them, beside the other work of the command.

mod rustfmt;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::generate::plan::NewFile;

/// The edition of every app.
const EDITION: &str = "2024";

/// Files and the rustfmt that formats copies of them.
pub struct Formatting {
    files: Vec<NewFile>,
    /// Without Rust files there is no process. The text is the reason why it could not be started.
    running: Result<Option<Running>, String>,
}

struct Running {
    rustfmt: Child,
    folder: TempDir,
}

/// Begins to format the files.
pub fn start(app: &Path, files: Vec<NewFile>) -> Formatting {
    let running = match files.iter().any(is_alone) {
        true => run(app, &files).map(Some),
        false => Ok(None),
    };
    Formatting { files, running }
}

impl Formatting {
    /// Waits for rustfmt, and returns the formatted files.
    ///
    /// If formatting fails, it returns the files as they are, and the reason.
    pub fn finish(mut self) -> (Vec<NewFile>, Option<String>) {
        let problem = match self.running {
            Ok(Some(running)) => collect(running, &mut self.files).err(),
            Ok(None) => None,
            Err(reason) => Some(reason),
        };
        (self.files, problem)
    }
}

/// Whether it is a Rust file without modules in other files. rustfmt would search for those files, and fail.
fn is_alone(file: &NewFile) -> bool {
    let declares = |line: &str| {
        let line = line
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ");
        line.starts_with("mod ") && line.ends_with(';')
    };
    file.path.ends_with(".rs") && !file.contents.lines().any(declares)
}

/// Starts one process for copies of all files.
fn run(app: &Path, files: &[NewFile]) -> Result<Running, String> {
    let in_words = |cause: io::Error| cause.to_string();
    let folder = tempfile::tempdir().map_err(in_words)?;
    let mut command = rustfmt::command(app);
    command.args(["--edition", EDITION, "--quiet"]);
    if let Some(configuration) = configuration(app) {
        command.arg("--config-path").arg(configuration);
    }
    let code = files.iter().filter(|file| is_alone(file));
    for (number, file) in code.enumerate() {
        let copy = copy(&folder, number);
        fs::write(&copy, &file.contents).map_err(in_words)?;
        command.arg(copy);
    }
    let rustfmt = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => "rustfmt is not installed".to_owned(),
            _ => format!("rustfmt could not be started: {cause}"),
        })?;
    Ok(Running { rustfmt, folder })
}

fn collect(Running { rustfmt, folder }: Running, files: &mut [NewFile]) -> Result<(), String> {
    let in_words = |cause: io::Error| cause.to_string();
    let output = rustfmt.wait_with_output().map_err(in_words)?;
    let code = files.iter_mut().filter(|file| is_alone(file));
    for (number, file) in code.enumerate() {
        file.contents = fs::read_to_string(copy(&folder, number)).map_err(in_words)?;
    }
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let mut said = said.lines().filter(|line| !line.trim().is_empty());
    Err(said.next().unwrap_or("rustfmt failed").trim().to_owned())
}

fn copy(folder: &TempDir, number: usize) -> PathBuf {
    folder.path().join(format!("{number}.rs"))
}

/// The rustfmt.toml that `cargo fmt` would use. `--config-path` with a folder that has none is an error.
fn configuration(app: &Path) -> Option<PathBuf> {
    let names = ["rustfmt.toml", ".rustfmt.toml"];
    let mut files = app
        .ancestors()
        .flat_map(|folder| names.map(|name| folder.join(name)));
    files.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(app: &Path) -> String {
        let file = NewFile {
            path: "src/a.rs".to_owned(),
            contents: "fn a( ) { b( ) }\n".to_owned(),
        };
        let (files, problem) = start(app, vec![file]).finish();
        assert_eq!(problem, None);
        files[0].contents.clone()
    }

    #[test]
    fn files_are_formatted_as_the_app_wants_them() {
        let app = tempfile::tempdir().unwrap();
        assert_eq!(formatted(app.path()), "fn a() {\n    b()\n}\n");

        fs::write(app.path().join("rustfmt.toml"), "tab_spaces = 2\n").unwrap();
        assert_eq!(formatted(app.path()), "fn a() {\n  b()\n}\n");
        fs::create_dir(app.path().join("inner")).unwrap();
        let inner = app.path().join("inner");
        assert_eq!(formatted(&inner), "fn a() {\n  b()\n}\n");
    }
}
