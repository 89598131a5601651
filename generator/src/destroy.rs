//! `hoglet destroy`: takes out what `hoglet generate` wrote.

mod arguments;

use std::path::Path;
use std::process::ExitCode;

pub use arguments::Arguments;

use crate::error::Error;

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    todo!("{folder:?} {arguments:?}")
}
