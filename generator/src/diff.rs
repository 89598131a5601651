//! `hoglet diff`: the differences between an app and the release that it was made from.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::error::Error;

#[derive(Debug, Clone, Default, clap::Args)]
pub struct Arguments {
    /// Files and folders; all if none is named
    pub paths: Vec<PathBuf>,

    /// Count the lines of each file instead of showing them
    #[arg(long)]
    pub stat: bool,
}

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    let _ = (folder, arguments);
    todo!()
}
