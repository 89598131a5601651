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
mod build;
mod build_error;
mod console;
mod environment;
mod error;
mod log;
mod log_file;
mod project;
mod session;
mod standin;
mod watch;

use std::path::{Path, PathBuf};

pub use error::Error;

use crate::interrupt::End;

use project::Project;
use session::Session;

/// What the stand-in begins with, and what happens at the start.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Arguments {
    /// Port of the stand-in for PostHog; 8010 unless given, or a free one where that is taken
    #[arg(long, value_name = "PORT")]
    pub posthog_port: Option<u16>,
    /// JSON file with the feature flags to begin with
    #[arg(long, value_name = "FILE")]
    pub flags: Option<PathBuf>,
    /// Folder with the posthog-js to serve instead of the one in this binary (the `dist` of its npm package)
    #[arg(long, value_name = "FOLDER")]
    pub posthog_js: Option<PathBuf>,
    /// Send to the real PostHog, with the project token in `.env`, instead of the stand-in
    #[arg(long, conflicts_with_all = ["posthog_port", "flags", "posthog_js"])]
    pub real_posthog: bool,
    /// Open the pages in the browser
    #[arg(long)]
    pub open: bool,
}

/// Whether the first build may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The next change may correct it.
    MayFail,
    /// It is all that was asked for: where it fails, the run has failed.
    MustStart,
}

/// Runs until it is told to end.
pub fn run(folder: &Path, arguments: &Arguments, first: First) -> Result<End, Error> {
    let project = Project::find(folder)?;
    // Built here and not in `main`, so that the other commands start no threads.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    runtime.block_on(async {
        let session = Session::start(project, arguments, first).await?;
        session.run().await
    })
}
