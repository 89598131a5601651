//! `hoglet dev`: an app and the stand-in for PostHog side by side, while the app is being worked on.
//!
//! ```text
//!            ┌──────────── a source changed ────────────┐
//! find → watch → build ── failed ── the last good build keeps serving, and its pages say why
//! project watch  build ── built ── the old process ends, the new one takes its port
//!                                   app
//! ```
//!
//! Views and styles need no build: the app reads them on every request, and open pages reload by themselves.
//! [`console`] prints, a prefix for each source; cargo prints for itself. [`log`] shortens what the app logs, and
//! [`log_file`] keeps it whole. At Ctrl+C the app ends first, so that the stand-in still receives what it delivers.

mod app;
mod arguments;
mod build;
mod build_error;
mod console;
mod environment;
mod error;
mod log;
mod log_file;
mod session;
mod standin;
mod watch;

use std::path::Path;

pub use arguments::{Arguments, FirstBuild};
pub use error::Error;

use crate::interrupt::End;
use crate::project::Project;

use session::Session;

/// Runs until it is told to end.
pub fn run(folder: &Path, arguments: &Arguments, first_build: FirstBuild) -> Result<End, Error> {
    let project = Project::find(folder)?;
    // Built here and not in `main`, so that the other commands start no threads.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    runtime.block_on(async {
        let session = Session::start(project, arguments, first_build).await?;
        session.run().await
    })
}
