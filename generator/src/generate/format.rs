//! Formats new Rust files: one process of rustfmt for all of them.

mod rustfmt;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::generate::plan::NewFile;

/// The edition of every app.
const EDITION: &str = "2024";

/// Returns the formatted files.
///
/// If formatting fails, it returns the files as they are, and the reason.
pub fn format(app: &Path, mut files: Vec<NewFile>) -> (Vec<NewFile>, Option<String>) {
    let code = files.iter_mut().filter(|file| is_alone(file));
    let mut code: Vec<&mut NewFile> = code.collect();
    if code.is_empty() {
        return (files, None);
    }
    let problem = format_all(app, &mut code).err();
    (files, problem)
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

fn format_all(app: &Path, files: &mut [&mut NewFile]) -> Result<(), String> {
    let in_words = |cause: io::Error| cause.to_string();
    let folder = tempfile::tempdir().map_err(in_words)?;
    let path = |number: usize| -> PathBuf { folder.path().join(format!("{number}.rs")) };
    let mut command = rustfmt::command(app);
    command.args(["--edition", EDITION, "--quiet"]);
    if let Some(configuration) = configuration(app) {
        command.arg("--config-path").arg(configuration);
    }
    for (number, file) in files.iter().enumerate() {
        fs::write(path(number), &file.contents).map_err(in_words)?;
        command.arg(path(number));
    }
    let output = command.output().map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => "rustfmt is not installed".to_owned(),
        _ => format!("rustfmt could not be started: {cause}"),
    })?;
    for (number, file) in files.iter_mut().enumerate() {
        file.contents = fs::read_to_string(path(number)).map_err(in_words)?;
    }
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let mut said = said.lines().filter(|line| !line.trim().is_empty());
    Err(said.next().unwrap_or("rustfmt failed").trim().to_owned())
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
        let (files, problem) = format(app, vec![file]);
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
