//! The base of an app: the release that it was made from, rendered with the app's answers.

use std::collections::BTreeMap;

use semver::Version;

use crate::error::Error;
use crate::new::answers::Answers;
use crate::origin::Origin;
use crate::project::Project;
use crate::releases::{Release, Releases};

/// The files of an app, by their paths.
pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Debug)]
pub struct Base {
    pub version: Version,
    /// Whether the app was made from exactly this release. Otherwise it is the nearest one.
    pub is_exact: bool,
    pub files: Files,
}

impl Base {
    /// Finds the release by its hash, by its version, or by its files.
    ///
    /// `target` is the release to update to. It is no base for an app that was made from a template between two releases.
    pub fn find(
        project: &Project,
        origin: &Origin,
        releases: &Releases,
        target: Option<&Version>,
    ) -> Result<Self, Error> {
        let _ = (project, origin, releases, target);
        todo!()
    }
}

/// The files of a release, rendered with these answers, which include `project-name`.
pub fn render(releases: &Releases, release: &Release, answers: &Answers) -> Result<Files, Error> {
    let _ = (releases, release, answers);
    todo!()
}
