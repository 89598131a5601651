//! `hoglet update`: updates an app to a newer release of its template.
//!
//! ```text
//! arguments → origin → target → base and theirs, rendered → plan of every file → check → write, all or nothing → report
//! ```
//!
//! The *base* is the release that the app was made from, *theirs* is the release to update to, and *mine* are the files on
//! the disk.

mod arguments;
mod changes;
mod clean;
pub mod lock_file;
pub mod merge;
mod mine;
mod news;
mod order;
pub mod outcome;
pub mod plan;
mod planned;
pub mod renames;
mod report;
mod summary;
mod target;
mod unresolved;
pub mod verify;

use std::path::Path;
use std::process::ExitCode;

pub use arguments::Arguments;

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::origin::Origin;
use crate::output;
use crate::project::{MARK, Project};
use crate::releases::Releases;
use crate::unified_diff;
use crate::write;
use crate::write::git::unmerged;
use crate::write::git::work_tree::WorkTree;
use crate::write::lock::Lock;

use lock_file::Completion;
use planned::{Planned, Request};
use summary::{ByHand, Summary};

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    run_with(&Releases::carried()?, folder, arguments)
}

/// Updates to one of these releases. Tests pass their own releases.
pub fn run_with(
    releases: &Releases,
    folder: &Path,
    arguments: &Arguments,
) -> Result<ExitCode, Error> {
    let project = Project::find_with_any_manifest(folder)?;
    let origin = Origin::read(&project)?;
    let target = target::choose(releases, &origin, arguments.to.as_ref())?;
    let work_tree = clean::find_work_tree(&project.root, arguments.force)?;
    let unresolved = unresolved::find(&project.root, work_tree.as_ref())?;
    if target::is_current(releases, &origin, target) {
        if !arguments.set.is_empty() {
            // Refuses answers to questions that are not new.
            target::answers(releases, target, &origin, arguments)?;
        }
        let mut summary = Summary::up_to_date(&project.name, &target.version, &unresolved);
        if !summary.is_complete() {
            summary.next = next_steps(&summary, work_tree.is_some());
        }
        summary.dry_run = arguments.dry_run;
        summary.diff = arguments.dry_run.then(String::new);
        report::print(&summary, arguments.json)?;
        return Ok(exit_code(&summary));
    }
    clean::require_clean(&project.root, work_tree.as_ref(), unresolved, arguments)?;
    let project = Project::find(folder)?;
    let answers = target::answers(releases, target, &origin, arguments)?;

    let interrupt = Interrupt::listen();
    // Held until the end, so that no other command changes the files that this one reads.
    let _lock = Lock::take(&project.root, &interrupt)?;
    if Origin::read(&project)? != origin {
        let path = project.root.join(MARK);
        return Err(Error::ChangedMeanwhile { path });
    }
    let request = Request {
        releases,
        project: &project,
        origin: &origin,
        target,
        answers: &answers,
    };
    let mut planned = Planned::of(&request, &interrupt)?;
    planned.summary.dry_run = arguments.dry_run;
    planned.summary.next = next_steps(&planned.summary, work_tree.is_some());
    if arguments.dry_run {
        planned.summary.diff = Some(unified_diff::unified(&planned.changes));
        report::print(&planned.summary, arguments.json)?;
    } else {
        let app = (project.root.as_path(), work_tree.as_ref());
        write(app, &mut planned, arguments.json, &interrupt)?;
    }
    Ok(exit_code(&planned.summary))
}

/// Writes the update, all or nothing, and prints the report.
fn write(
    (app, work_tree): (&Path, Option<&WorkTree>),
    planned: &mut Planned,
    as_json: bool,
    interrupt: &Interrupt,
) -> Result<(), Error> {
    order::sort(&mut planned.changes);
    // An early return undoes the changes, until `keep` is called.
    let written = write::changes::apply(app, &planned.changes, interrupt)?;
    // The update may replace the locked file. Then the new file must be locked, too.
    let replaces_lock = planned.changes.iter().any(|change| change.path == MARK);
    let _new_lock = match replaces_lock {
        true => Some(Lock::take(app, interrupt)?),
        false => None,
    };
    let by_hand = complete_lock_file(app, planned, interrupt)?;
    planned.summary.by_hand.extend(by_hand);
    report::print(&planned.summary, as_json)?;
    interrupt.check()?;
    if let Some(work_tree) = work_tree
        && let Err(reason) = unmerged::record(work_tree, &changes::unmerged(&planned.updates))
    {
        // Git may have failed because Ctrl+C ended it, too.
        interrupt.check()?;
        output::note(&reason);
    }
    written.keep();
    Ok(())
}

/// Lets cargo complete `Cargo.lock`. If a manifest has a conflict, the next `cargo build` does this.
fn complete_lock_file(
    app: &Path,
    planned: &Planned,
    interrupt: &Interrupt,
) -> Result<Option<ByHand>, Error> {
    let Some(lock_file) = &planned.lock_file else {
        return Ok(None);
    };
    if !changes::has_readable_manifests(&planned.updates) {
        return Ok(None);
    }
    Ok(match lock_file::complete(app, lock_file, interrupt)? {
        Completion::Complete => None,
        Completion::Refused(text) => Some(ByHand {
            file: lock_file::PATH.to_owned(),
            reason: "cargo could not complete it".to_owned(),
            text,
        }),
    })
}

/// The commands with which the user finishes and checks the update.
fn next_steps(summary: &Summary, has_git: bool) -> Vec<String> {
    let mut steps = Vec::new();
    match (summary.conflicts.is_empty(), has_git) {
        (true, _) => {}
        (_, true) => steps.push("git mergetool    # or edit the files, then `git add` them"),
        (_, false) => steps.push("# Edit the files with conflicts, between <<<<<<< and >>>>>>>"),
    }
    if has_git {
        steps.push("git diff");
    }
    steps.extend(["cargo build", "cargo test"]);
    steps.into_iter().map(str::to_owned).collect()
}

fn exit_code(summary: &Summary) -> ExitCode {
    match summary.is_complete() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests;
