//! The errors of a failed build, in a file that the app reads for its open pages.
//!
//! In the app, `vendor/hoglet-web/src/reload.rs` reads the file.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::dev::error::Error;

/// A page shows at most this much of the errors.
const MOST_BYTES: usize = 16 * 1024;

pub struct BuildError {
    file: PathBuf,
    _folder: TempDir,
}

impl BuildError {
    pub fn new() -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("hoglet-dev-")
            .tempdir()
            .map_err(Error::Runtime)?;
        Ok(Self {
            file: folder.path().join("build-error"),
            _folder: folder,
        })
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Shows the errors from cargo's output on every open page.
    pub fn show(&self, cargo_output: &str) -> Result<(), Error> {
        self.write(&errors(cargo_output))
    }

    /// Removes the errors after a successful build.
    pub fn clear(&self) -> Result<(), Error> {
        self.write("")
    }

    /// Writes by a rename, so that a page never reads a part of the text.
    fn write(&self, text: &str) -> Result<(), Error> {
        let temporary = self.file.with_extension("new");
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &self.file));
        written.map_err(|cause| Error::Disk {
            action: "write",
            path: self.file.clone(),
            cause,
        })
    }
}

/// The errors in cargo's output, without warnings, progress and colours.
///
/// An empty line ends each error.
fn errors(cargo_output: &str) -> String {
    let plain = anstream::adapter::strip_str(cargo_output).to_string();
    let paragraphs = plain.split("\n\n").filter_map(|paragraph| {
        // Cargo's own lines (`Compiling …`) have no empty line after them.
        let first = paragraph
            .match_indices("error")
            .find(|(at, _)| *at == 0 || paragraph.as_bytes()[at - 1] == b'\n');
        first.map(|(at, _)| paragraph[at..].trim_end())
    });
    let mut text = paragraphs.collect::<Vec<_>>().join("\n\n");
    if text.is_empty() {
        text = plain.trim().to_owned();
    }
    if text.len() > MOST_BYTES {
        text.truncate(text.floor_char_boundary(MOST_BYTES));
        text += "…\n\nThe terminal shows the rest.";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_the_errors_and_nothing_else() {
        let cargo_output = "   Compiling hedge v0.1.0 (/hedge)\n\
            \u{1b}[33mwarning\u{1b}[0m: unused variable: `a`\n --> src/app.rs:1:2\n\n\
            \u{1b}[31merror[E0425]\u{1b}[0m: cannot find value `b`\n --> src/app.rs:2:3\n  |\n2 | b;\n  | ^ not found\n\n\
            error: could not compile `hedge` (lib) due to 1 previous error; 1 warning emitted\n";
        assert_eq!(
            errors(cargo_output),
            "error[E0425]: cannot find value `b`\n --> src/app.rs:2:3\n  |\n2 | b;\n  | ^ not found\n\n\
             error: could not compile `hedge` (lib) due to 1 previous error; 1 warning emitted"
        );
        // A syntax error follows cargo's own line directly.
        assert_eq!(
            errors("   Compiling hedge v0.1.0\nerror: expected item\n"),
            "error: expected item"
        );
        assert_eq!(errors("killed\n"), "killed");
        let long = errors(&format!("error: {}", "ä".repeat(MOST_BYTES)));
        assert!(long.ends_with("the rest.") && long.len() < MOST_BYTES + 100);
    }
}
