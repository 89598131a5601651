//! `hoglet dev`: an app and the stand-in for PostHog side by side, while the app is being worked on.
//!
//! ```text
//!            ┌──────────── a source changed ────────────┐
//! find → watch → build ── failed ── the last good build keeps serving
//! project watch  build ── built ── the old process ends, the new one takes its port
//!                                   app
//! ```
//!
//! Views and styles need no build: the app reads them anew, and its pages load anew by themselves.
//! [`console`] is where all of it speaks, a prefix for each voice; cargo speaks for itself. At Ctrl+C the app ends
//! first, so that the stand-in still takes in what it delivers.

mod app;
mod build;
mod console;
mod error;
mod project;
mod session;
mod signals;
mod standin;
mod watch;

use std::path::{Path, PathBuf};

pub use error::Error;

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
    /// Folder with posthog-js's own scripts (the `dist` of its npm package)
    #[arg(long, value_name = "FOLDER")]
    pub posthog_js: Option<PathBuf>,
    /// Open both pages in the browser
    #[arg(long)]
    pub open: bool,
}

/// What the first build is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// It may fail: whoever works on the app mends it.
    MayFail,
    /// It is all that was asked for: where it fails, the run has failed.
    MustStart,
}

/// Runs until it is interrupted.
pub fn run(folder: &Path, arguments: &Arguments, first: First) -> Result<(), Error> {
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
