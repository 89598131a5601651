//! `hoglet destroy`: removes a part that `hoglet generate` wrote.
//!
//! ```text
//! arguments → entry of the journal → app without its lines and files → write, all or nothing → report
//! ```
//!
//! Files that were changed by hand stay, and the journal keeps an entry for them. With `--force` they are deleted, too.

mod arguments;
mod dependents;
mod files;
mod find;
mod lines;
mod migrations;

use std::path::Path;
use std::process::ExitCode;

pub use arguments::{Arguments, DEMO};

use crate::error::Error;
use crate::generate::draft::Draft;
use crate::generate::facts::AppFacts;
use crate::generate::finish::finish;
use crate::generate::journal::Journal;
use crate::generate::report::{ByHand, Report};
use crate::generate::templates::Templates;
use crate::interrupt::Interrupt;
use crate::project::Project;
use crate::write::lock::Lock;

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    let project = Project::find(folder)?;
    let interrupt = Interrupt::listen();
    // Held until the end, so that no other command changes the files that are read here.
    let _lock = Lock::take(&project.root, &interrupt)?;
    let mut journal = Journal::read(&project.root)?;
    let mut entry = find::take(arguments, &mut journal)?;
    let part = match &arguments.name {
        Some(_) => format!("{} {}", entry.kind, entry.name),
        None => entry.kind.clone(),
    };
    let force = arguments.output.force;
    if !force {
        dependents::refuse(&entry, &journal)?;
    }

    let mut draft = Draft::of(&project.root);
    let app = AppFacts::read(&project)?;
    let templates = Templates::read(&project.root)?;
    let mut by_hand: Vec<ByHand> = Vec::new();
    let next = migrations::revert(
        &mut entry,
        (&app, arguments.migrated),
        &templates,
        &mut draft,
        &mut by_hand,
    )?;
    let left_lines = lines::take_out(&entry, &journal, &mut draft, &mut by_hand)?;
    let kept = files::delete(&mut entry, &mut journal, &mut draft, force)?;
    let kept: Vec<String> = kept.into_iter().collect();

    // The entry has only the kept files now.
    entry.line = if force { Vec::new() } else { left_lines };
    if !entry.file.is_empty() || !entry.line.is_empty() {
        journal.generated.push(entry);
    }
    journal.put(&mut draft)?;
    let report = Report {
        part: &part,
        changes: &draft.into_changes(),
        conflicts: &[],
        kept: &kept,
        by_hand: &by_hand,
        next: &next,
        output: &arguments.output,
    };
    finish(&project.root, &report, &interrupt)
}
