//! `hoglet update`: brings an app to a newer release of its template.
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
mod news;
pub mod outcome;
pub mod plan;
pub mod renames;
mod report;
mod summary;
mod target;
mod unresolved;
pub mod verify;

use std::path::Path;
use std::process::ExitCode;

use semver::Version;

pub use arguments::Arguments;

use crate::base::{self, Base};
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::origin::Origin;
use crate::output;
use crate::project::{MARK, Project};
use crate::releases::Releases;
use crate::unified_diff;
use crate::write;
use crate::write::git::unmerged;
use crate::write::lock::Lock;

use lock_file::{Completion, LockFile};
use merge::Labels;
use outcome::FileUpdate;
use plan::Trees;
use renames::Renames;
use summary::{ByHand, Notes, Summary};

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    run_with(&Releases::carried()?, folder, arguments)
}

/// Updates to one of these releases. Tests have releases of their own.
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
        let mut summary = Summary::up_to_date(&project.name, &target.version, &unresolved);
        if !summary.is_complete() {
            summary.next = next(&summary, work_tree.is_some());
        }
        summary.dry_run = arguments.dry_run;
        report::print(&summary, arguments.json)?;
        return Ok(exit_code(&summary));
    }
    clean::require_clean(&project.root, work_tree.as_ref(), unresolved, arguments)?;
    let project = Project::find(folder)?;
    let answers = target::answers(releases, target, &origin, arguments)?;

    let interrupt = Interrupt::listen();
    // Held until the end, so that no other command changes the files that are read here.
    let _lock = Lock::take(&project.root, &interrupt)?;
    if Origin::read(&project)? != origin {
        let path = project.root.join(MARK);
        return Err(Error::ChangedMeanwhile { path });
    }
    let base = Base::find(&project, &origin, releases, Some(&target.version))?;
    let theirs = base::render(releases, target, &answers)?;
    interrupt.check()?;
    let renames = renames(releases, &base.version, &target.version)?;
    let trees = Trees {
        app: &project.root,
        base: &base.files,
        theirs: &theirs,
        renames: &renames,
        labels: &labels(&target.version),
    };
    let updates = plan::plan(&trees)?;
    verify::verify(&trees, &updates)?;
    let lock_file = lock_file::lock_file(&project.root, &base.files, &theirs)?;
    let changes = changes::of(&project.root, &updates, lock_file.as_ref())?;
    interrupt.check()?;

    let between = news::releases_between(releases, &base.version, &target.version);
    let mut summary = Summary {
        app: project.name.clone(),
        from: base.version.to_string(),
        to: target.version.to_string(),
        exact: base.is_exact,
        edited_in_vendor: changes::edited_in_vendor(&project.root, &base.files),
        settings: news::settings(&base.files, &theirs),
        migrations: news::migrations(&updates),
        notes: between
            .map(|release| Notes {
                version: release.version.to_string(),
                text: release.notes.clone().into_owned(),
            })
            .collect(),
        dry_run: arguments.dry_run,
        ..Summary::default()
    };
    summary.add(&updates);
    if let Some(lock_file) = &lock_file {
        // One that is not complete has crates of the user's own, too.
        let list = match lock_file.is_complete {
            true => &mut summary.replaced,
            false => &mut summary.merged,
        };
        list.push(changes::LOCK.to_owned());
        list.sort();
    }
    summary.next = next(&summary, work_tree.is_some());
    if arguments.dry_run {
        summary.diff = Some(unified_diff::unified(&changes));
        report::print(&summary, arguments.json)?;
        return Ok(exit_code(&summary));
    }

    // Until `keep`, an early return undoes the changes.
    let written = write::changes::apply(&project.root, &changes, &interrupt)?;
    // If the locked file was replaced, the new one is locked, too.
    let replaces_lock = changes.iter().any(|change| change.path == MARK);
    let _new_lock = match replaces_lock {
        true => Some(Lock::take(&project.root, &interrupt)?),
        false => None,
    };
    if let Some(lock_file) = &lock_file {
        let by_hand = complete(&project.root, (lock_file, &updates), &interrupt)?;
        summary.by_hand.extend(by_hand);
    }
    report::print(&summary, arguments.json)?;
    interrupt.check()?;
    if let Some(work_tree) = &work_tree
        && let Err(reason) = unmerged::record(work_tree, &changes::unmerged(&updates))
    {
        // Ctrl+C ends git, too.
        interrupt.check()?;
        output::note(&reason);
    }
    written.keep();
    Ok(exit_code(&summary))
}

/// The files that moved between two releases.
fn renames(releases: &Releases, base: &Version, target: &Version) -> Result<Renames, Error> {
    let before = releases.get(base).into_iter();
    let trees = before.chain(news::releases_between(releases, base, target));
    let trees: Vec<_> = trees
        .map(|release| releases.tree(release))
        .collect::<Result<_, _>>()?;
    Ok(Renames::along(&trees))
}

/// The names of both sides in the markers of a conflict. [`unresolved`] finds conflicts by them.
fn labels(target: &Version) -> Labels {
    Labels {
        mine: "yours".to_owned(),
        theirs: format!("hoglet {target}"),
    }
}

/// Lets cargo complete `Cargo.lock`, unless a manifest has a conflict. Then the next `cargo build` does it.
fn complete(
    app: &Path,
    (lock_file, updates): (&LockFile, &[FileUpdate]),
    interrupt: &Interrupt,
) -> Result<Option<ByHand>, Error> {
    if !changes::has_readable_manifests(updates) {
        return Ok(None);
    }
    Ok(match lock_file::complete(app, lock_file, interrupt)? {
        Completion::Complete => None,
        Completion::Refused(text) => Some(ByHand {
            file: changes::LOCK.to_owned(),
            reason: "cargo could not complete it".to_owned(),
            text,
        }),
    })
}

/// The commands to check the update with.
fn next(summary: &Summary, has_git: bool) -> Vec<String> {
    let mut next = Vec::new();
    match (summary.conflicts.is_empty(), has_git) {
        (true, _) => {}
        (_, true) => next.push("git mergetool    # or edit the files, then `git add` them"),
        (_, false) => next.push("# Edit the files with conflicts, between <<<<<<< and >>>>>>>"),
    }
    if has_git {
        next.push("git diff");
    }
    next.extend(["cargo build", "cargo test"]);
    next.into_iter().map(str::to_owned).collect()
}

fn exit_code(summary: &Summary) -> ExitCode {
    match summary.is_complete() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
