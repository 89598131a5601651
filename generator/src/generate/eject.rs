//! `hoglet generate --eject KIND`: copies the templates of a kind into the app, where they can be changed.

use std::process::ExitCode;

use crate::error::Error;
use crate::generate::arguments::Output;
use crate::generate::request::Kind;
use crate::generate::templates::Templates;
use crate::project::Project;

pub fn run(project: &Project, kind: Kind, output: &Output) -> Result<ExitCode, Error> {
    todo!(
        "{project:?} {output:?} {}",
        Templates::embedded(kind.word()).count()
    )
}
