//! `hoglet dev`: runs an app beside the stand-in, and rebuilds it on changes.
//!
//! ```text
//!            ┌──────────── a source changed ────────────┐
//! find → watch → build ── failed ── the last good build keeps serving, and its pages say why
//! project watch  build ── built ── the old process ends, the new one takes its port
//!                                   app
//! ```
//!
//! Views and styles need no build: the app reads them on every request, and tells open pages of a change.
//! [`console`] prints each line with a prefix that names its source. Cargo prints its own lines without a prefix.
//! [`log`] shortens the app's log for the terminal, and [`log_file`] keeps the whole log. At Ctrl+C the app ends first,
//! so that its last events still reach the stand-in.

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
mod update_hint;
mod watch;

use std::path::Path;

pub use arguments::{Arguments, FirstBuild};
pub use error::Error;

use crate::interrupt::End;
use crate::project::Project;

use session::Session;

/// Runs until a signal ends it, such as Ctrl+C.
pub fn run(folder: &Path, arguments: &Arguments, first_build: FirstBuild) -> Result<End, Error> {
    let project = Project::find(folder)?;
    // Only this command and `hoglet posthog` need threads.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    runtime.block_on(async {
        let session = Session::start(project, arguments, first_build).await?;
        session.run().await
    })
}
