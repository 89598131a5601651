//! What a run says at its end, for people or as JSON.

use std::io::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::builder::Styles;
use serde::Serialize;

use crate::answers::Answers;
use crate::cli::NewArguments;
use crate::destination::Destination;
use crate::project_name::ProjectName;
use crate::render::File;

pub const ACCENT: Style = AnsiColor::Yellow.on_default();
pub const DIM: Style = Style::new().dimmed();
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The help texts wear the same colours.
pub const HELP: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(ACCENT)
    .placeholder(DIM)
    .valid(ACCENT)
    .invalid(ERROR)
    .error(ERROR);

/// Where a fresh app listens.
const ADDRESS: &str = "http://127.0.0.1:8000";

/// The shape of `--json`.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    project: &'a str,
    directory: std::borrow::Cow<'a, str>,
    template_version: &'static str,
    answers: &'a Answers,
    files: Vec<&'a str>,
    dry_run: bool,
    #[serde(skip)]
    typed: &'a Path,
    #[serde(skip)]
    arguments: &'a NewArguments,
}

impl<'a> Report<'a> {
    pub fn new(
        name: &'a ProjectName,
        destination: &'a Destination,
        answers: &'a Answers,
        files: &'a [File],
        arguments: &'a NewArguments,
    ) -> Self {
        Self {
            project: name.as_str(),
            directory: destination.path().to_string_lossy(),
            template_version: env!("CARGO_PKG_VERSION"),
            answers,
            files: files.iter().map(|file| file.path.as_str()).collect(),
            dry_run: arguments.dry_run,
            typed: destination.typed(),
            arguments,
        }
    }

    /// The app stands already: a closed pipe is no reason to fail now.
    pub fn print(&self) {
        let text = if self.arguments.json {
            serde_json::to_string_pretty(self)
                .map(|json| json + "\n")
                .unwrap_or_default()
        } else if self.dry_run {
            self.files.iter().map(|file| format!("{file}\n")).collect()
        } else if self.arguments.run {
            format!(
                "{} is in {}; building it now.\n",
                self.project, self.directory
            )
        } else {
            self.next_steps()
        };
        let _ = anstream::stdout().write_all(text.as_bytes());
    }

    fn next_steps(&self) -> String {
        let mut text = format!(
            "\n  {ACCENT}{}{ACCENT:#} is ready: {} files\n\n",
            self.project,
            self.files.len()
        );
        let directory = self.typed.display().to_string();
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else if cfg!(windows) {
            "start"
        } else {
            "xdg-open"
        };
        if directory != "." {
            text += &line("cd", &quoted(&directory));
        }
        text += &line("cargo", "run");
        text += &line(opener, ADDRESS);
        text.push('\n');
        text
    }
}

/// Notes on stderr, a line each.
pub fn notes(notes: &[&str]) {
    for note in notes {
        let _ = writeln!(anstream::stderr(), "{DIM}note:{DIM:#} {note}");
    }
}

fn line(command: &str, argument: &str) -> String {
    format!("    {DIM}{command}{DIM:#} {argument}\n")
}

/// For a shell.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./~:\\".contains(c);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}
