//! The errors that end `hoglet dev`, each with its remedy.
//!
//! A failed build does not end it.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Project(#[from] crate::project::Error),

    #[error("`cargo build` could not be started in `{}` ({cause}); install Rust, then type `hoglet dev` there", .folder.display())]
    Cargo { folder: PathBuf, cause: io::Error },

    #[error(
        "`cargo build` made no program called `{name}`; the package and its program must have one name"
    )]
    NoProgram { name: String },

    #[error("the app could not be built; cargo says why above. Correct it, then type `hoglet dev` in `{}`", .folder.display())]
    NotBuilt { folder: PathBuf },

    #[error("the app ended before it listened; it says why above. Correct it, then type `hoglet dev` in `{}`", .folder.display())]
    NotStarted { folder: PathBuf },

    #[error("`{}` names no POSTHOG_PROJECT_TOKEN; copy the project token (phc_…) from your PostHog project's settings into it", .file.display())]
    NoToken { file: PathBuf },

    #[error("could not {action} `{}` ({cause}); make room or permission for it", .path.display())]
    Disk {
        action: &'static str,
        path: PathBuf,
        cause: io::Error,
    },

    #[error("could not watch `{}` for changes ({cause}); on Linux raise fs.inotify.max_user_watches", .path.display())]
    Watch { path: PathBuf, cause: notify::Error },

    #[error(
        "the app was stopped before it had delivered its events; press Ctrl+C once, and it delivers them first"
    )]
    EndedEarly,

    #[error(transparent)]
    Posthog(#[from] crate::posthog::Error),

    #[error("the system gave no threads or signals ({0}); try again")]
    Runtime(io::Error),
}
