//! `hoglet generate`: writes a resource, a page, a job and other parts into an app.
//!
//! ```text
//! arguments → request → plan → draft of the files and the journal → write, all or nothing → report
//! ```

mod apply;
mod arguments;
pub mod check;
pub mod draft;
mod eject;
pub mod facts;
pub mod field;
pub mod finish;
mod flag_list;
mod format;
mod job_table;
pub mod journal;
pub mod kinds;
pub mod name;
pub mod plan;
pub mod report;
pub mod request;
pub mod reserved;
mod sensitive;
pub mod splice;
pub mod templates;
mod tokens;

use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;

pub use arguments::{Arguments, Output};

use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::output;
use crate::project::Project;
use crate::write::lock::Lock;

use draft::Draft;
use facts::AppFacts;
use journal::Journal;
use report::Report;
use request::{Kind, Request};
use templates::Templates;

/// The next step after a new migration.
const MIGRATE: &str = "cargo run migrate up    # `hoglet dev` does this by itself";

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    if arguments.list {
        output::print(&list()).map_err(Error::Output)?;
        return Ok(ExitCode::SUCCESS);
    }
    let project = Project::find(folder)?;
    let interrupt = Interrupt::listen();
    // Held until the end, so that no other command changes the files that are read here.
    let _lock = Lock::take(&project.root, &interrupt)?;
    if let Some(kind) = arguments.eject {
        return eject::run(&project, kind, &arguments.output, &interrupt);
    }
    let app = AppFacts::read(&project)?;
    let templates = Templates::read(&project.root)?;
    let mut journal = Journal::read(&project.root)?;
    let request = check::request(arguments, &app)?;
    let plan = kinds::plan(&request, &app, &templates)
        .map_err(|error| error_or_generated_before(error, &request, &journal))?;

    let mut next = plan.next.clone();
    if plan.files.iter().any(|file| is_migration(&file.path)) {
        next.insert(0, MIGRATE.to_owned());
    }
    let mut draft = Draft::of(&project.root);
    let entry = check::entry(&request, arguments);
    let part = format!("{} {}", entry.kind, entry.name);
    journal.take(&entry.kind, &entry.name);
    let place = (project.root.as_path(), &mut draft);
    let applied = apply::apply(plan, (entry, &journal), place, arguments.output.force)?;
    if let Some(reason) = applied.unformatted {
        next.insert(
            0,
            format!("cargo fmt    # The new files are not formatted: {reason}"),
        );
    }
    journal.generated.push(applied.entry);
    journal.put(&mut draft)?;
    let report = Report {
        part: &part,
        changes: &draft.into_changes(),
        conflicts: &applied.conflicts,
        kept: &[],
        by_hand: &applied.by_hand,
        next: &next,
        output: &arguments.output,
    };
    finish::finish(&project.root, &report, &interrupt)
}

/// If the journal has this part, its names are taken because of it, and the error says so.
fn error_or_generated_before(error: Error, request: &Request, journal: &Journal) -> Error {
    let kind = request.kind.word();
    let name = check::journal_name(request.kind, &request.name, request.plural.is_some());
    let mut entries = journal.generated.iter();
    let is_there = entries.any(|entry| entry.kind == kind && entry.name == name);
    match error {
        Error::Argument { .. } if is_there => Error::argument(
            &name,
            format!("`hoglet generate {kind} {name}` has run here already"),
            format!("take it out first: hoglet destroy {kind} {name}"),
        ),
        other => other,
    }
}

fn is_migration(path: &str) -> bool {
    path.starts_with("src/migrations/")
}

/// Every kind, with its description and an example.
fn list() -> String {
    let mut text = String::from("\n");
    for kind in Kind::value_variants() {
        let value = kind.to_possible_value();
        let about = value.as_ref().and_then(|value| value.get_help());
        let about = about.map(ToString::to_string).unwrap_or_default();
        text += &format!(
            "  {ACCENT}{:<11}{ACCENT:#} {about}\n              {DIM}hoglet generate {}{DIM:#}\n",
            kind.word(),
            kind.example()
        );
    }
    text.push('\n');
    text
}
