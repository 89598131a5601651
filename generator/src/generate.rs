//! `hoglet generate`: writes a resource, a page, a job and other parts into an app.
//!
//! ```text
//! arguments → request → plan → the files as they would be → write, all or nothing → journal → report
//! ```

mod arguments;
mod check;
mod eject;
pub mod facts;
pub mod field;
pub mod journal;
pub mod kinds;
pub mod name;
pub mod plan;
pub mod request;
pub mod reserved;
pub mod splice;
pub mod templates;
mod tokens;

use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;

pub use arguments::{Arguments, Output};

use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::output;
use crate::project::Project;

use facts::AppFacts;
use request::Kind;
use templates::Templates;

pub fn run(folder: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    if arguments.list {
        output::print(&list()).map_err(Error::Output)?;
        return Ok(ExitCode::SUCCESS);
    }
    let project = Project::find(folder)?;
    if let Some(kind) = arguments.eject {
        return eject::run(&project, kind, &arguments.output);
    }
    let app = AppFacts::read(&project)?;
    let templates = Templates::read(&project.root)?;
    let request = check::request(arguments, &app)?;
    let plan = kinds::plan(&request, &app, &templates)?;
    todo!("{plan:?}")
}

/// Every kind, with its description and an example.
fn list() -> String {
    let mut text = String::from("\n");
    for kind in Kind::value_variants() {
        let value = kind.to_possible_value();
        let about = value.as_ref().and_then(|value| value.get_help());
        let about = about.map(ToString::to_string).unwrap_or_default();
        text += &format!(
            "  {ACCENT}{:<11}{ACCENT:#} {about}\n              {DIM}hoglet generate {}{DIM:#}\n",
            kind.word(),
            kind.example()
        );
    }
    text.push('\n');
    text
}
