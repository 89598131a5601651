//! The report at the end of a run, for people or as JSON.

use std::borrow::Cow;

use serde::Serialize;

use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::file::File;
use crate::new::answers::Answers;
use crate::new::arguments::Arguments;
use crate::new::project_name::ProjectName;
use crate::output;
use crate::write::destination::Destination;

/// The default address of a new app.
const ADDRESS: &str = "http://127.0.0.1:8000";
const FIRST_BUILD: &str = "The first build takes a few minutes";
/// Starts the service `database` of the app's `compose.yaml`.
const START_DATABASE: &str = "docker compose up -d database";

pub struct Report<'a> {
    pub project: &'a ProjectName,
    pub destination: &'a Destination,
    pub answers: &'a Answers,
    pub files: &'a [File],
    /// Whether the files are in a first commit.
    pub committed: bool,
    pub arguments: &'a Arguments,
}

/// The shape of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    project: &'a str,
    directory: Cow<'a, str>,
    template_version: &'static str,
    answers: &'a Answers,
    files: Vec<&'a str>,
    dry_run: bool,
}

impl Report<'_> {
    pub fn print(&self) -> Result<(), Error> {
        let text = if self.arguments.json {
            self.json()
        } else if self.arguments.dry_run {
            self.paths().map(|path| format!("{path}\n")).collect()
        } else if self.arguments.run {
            self.before_the_run()
        } else {
            self.next_steps()
        };
        output::print(&text).map_err(Error::Output)
    }

    fn json(&self) -> String {
        let json = Json {
            project: self.project.as_str(),
            directory: self.directory(),
            template_version: env!("CARGO_PKG_VERSION"),
            answers: self.answers,
            files: self.paths().collect(),
            dry_run: self.arguments.dry_run,
        };
        let json = serde_json::to_string_pretty(&json).unwrap_or_default();
        json + "\n"
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    fn directory(&self) -> Cow<'_, str> {
        self.destination.path().to_string_lossy()
    }

    fn before_the_run(&self) -> String {
        let mut text = format!(
            "{} is in {}; building it now. {FIRST_BUILD}.\n",
            self.project,
            self.directory()
        );
        if self.needs_a_server() {
            text += &format!("It needs its database: `{START_DATABASE}` there.\n");
        }
        text
    }

    fn next_steps(&self) -> String {
        let commit = if self.committed {
            " in a first commit"
        } else {
            ""
        };
        let mut text = format!(
            "\n  {ACCENT}{}{ACCENT:#} is ready: {} files{commit}\n\n",
            self.project,
            self.files.len()
        );
        let directory = self.destination.typed().display().to_string();
        if directory != "." {
            text += &line(&format!("cd {}", quoted(&directory)), "");
        }
        if self.needs_a_server() {
            text += &line(START_DATABASE, "PostgreSQL");
        }
        let run = if is_installed() {
            "hoglet dev"
        } else {
            "cargo run"
        };
        text += &line(run, FIRST_BUILD);
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else if cfg!(windows) {
            "start"
        } else {
            "xdg-open"
        };
        text += &line(&format!("{opener} {ADDRESS}"), "");
        text.push('\n');
        text
    }

    fn needs_a_server(&self) -> bool {
        self.answers.get("database") == Some("postgres")
    }
}

/// Whether the command `hoglet` runs this program.
fn is_installed() -> bool {
    let name = format!("hoglet{}", std::env::consts::EXE_SUFFIX);
    let (Ok(this), Some(path)) = (std::env::current_exe(), std::env::var_os("PATH")) else {
        return false;
    };
    let this = this.canonicalize();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file());
    found.is_some_and(|found| {
        this.is_ok_and(|this| found.canonicalize().is_ok_and(|found| found == this))
    })
}

/// Prints the notes on stderr, one line each.
pub fn notes(notes: &[String]) {
    for note in notes {
        output::note(note);
    }
}

fn line(command: &str, comment: &str) -> String {
    if comment.is_empty() {
        format!("    {command}\n")
    } else {
        format!("    {command:<30} {DIM}# {comment}{DIM:#}\n")
    }
}

/// The path, in quotes if a shell needs them.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./~:\\".contains(c);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}
