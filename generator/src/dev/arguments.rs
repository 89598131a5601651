//! The arguments of `hoglet dev`, and its reaction to a failed first build.

use std::path::PathBuf;

#[derive(Debug, Clone, Default, clap::Args)]
pub struct Arguments {
    /// Port of the stand-in for PostHog; by default 8010, or a free port if 8010 is taken
    #[arg(long, value_name = "PORT")]
    pub posthog_port: Option<u16>,
    /// JSON file with the feature flags to start with
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
pub enum FirstBuild {
    /// The run continues, because the next change may correct the error.
    MayFail,
    /// The run fails too.
    MustStart,
}
