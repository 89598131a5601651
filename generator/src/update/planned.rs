//! [`Planned`]: an update that is planned and checked, but not yet written.

use semver::Version;

use crate::base::{self, Base, Files};
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::new::answers::Answers;
use crate::origin::Origin;
use crate::project::Project;
use crate::releases::{Release, Releases};
use crate::update::lock_file::{self, LockFile};
use crate::update::merge::Labels;
use crate::update::outcome::FileUpdate;
use crate::update::plan::{self, Trees};
use crate::update::renames::Renames;
use crate::update::summary::{Notes, Summary};
use crate::update::{changes, news, verify};
use crate::write::changes::Change;

/// The update of an app to a release.
pub struct Request<'a> {
    pub releases: &'a Releases,
    pub project: &'a Project,
    pub origin: &'a Origin,
    pub target: &'a Release,
    /// The app's answers, and the answers to new questions.
    pub answers: &'a Answers,
}

pub struct Planned {
    pub updates: Vec<FileUpdate>,
    pub lock_file: Option<LockFile>,
    /// The changes on the disk, including the lock file.
    pub changes: Vec<Change>,
    pub summary: Summary,
}

impl Planned {
    pub fn of(request: &Request, interrupt: &Interrupt) -> Result<Self, Error> {
        let Request {
            releases,
            project,
            origin,
            target,
            answers,
        } = *request;
        let base = Base::find(project, origin, releases, Some(&target.version))?;
        let theirs = base::render(releases, target, answers, &base.tested_crates)?;
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
        let changes = changes::of(&updates, lock_file.as_ref());
        interrupt.check()?;

        let mut summary = summary(request, &base, &theirs);
        summary.add(&updates);
        summary.migrations = news::migrations(&updates);
        if let Some(lock_file) = &lock_file {
            // A lock file that is not complete also contains the user's own crates.
            let list = match lock_file.is_complete {
                true => &mut summary.replaced,
                false => &mut summary.merged,
            };
            list.push(lock_file::PATH.to_owned());
            list.sort();
        }
        Ok(Self {
            updates,
            lock_file,
            changes,
            summary,
        })
    }
}

/// The parts of the summary that do not depend on the plan.
fn summary(request: &Request, base: &Base, theirs: &Files) -> Summary {
    let (app, target) = (request.project, &request.target.version);
    let between = news::releases_between(request.releases, &base.version, target);
    let notes = between.map(|release| Notes {
        version: release.version.to_string(),
        text: release.notes.clone().into_owned(),
    });
    Summary {
        app: app.name.clone(),
        from: base.version.to_string(),
        to: target.to_string(),
        exact: base.is_exact,
        edited_in_vendor: changes::edited_in_vendor(&app.root, &base.files),
        settings: news::settings(&base.files, theirs),
        notes: notes.collect(),
        ..Summary::default()
    }
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

/// The names of both sides in conflict markers. [`unresolved`](super::unresolved) searches for these names.
fn labels(target: &Version) -> Labels {
    Labels {
        mine: "yours".to_owned(),
        theirs: format!("hoglet {target}"),
    }
}
