//! `.hoglet.toml`: the release of an app's template, and the answers.

use semver::Version;

use crate::error::Error;
use crate::new::answers::Answers;
use crate::project::Project;

#[derive(Debug, Clone)]
pub struct Origin {
    pub version: Version,
    /// Absent in apps of the first templates.
    pub hash: Option<String>,
    /// The answers, with `project-name`.
    pub answers: Answers,
}

impl Origin {
    pub fn read(project: &Project) -> Result<Self, Error> {
        let _ = project;
        todo!()
    }
}
