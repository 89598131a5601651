//! `hoglet new`: writes a new web app from the template.
//!
//! A run is a pipeline; each step has a module:
//!
//! ```text
//! arguments → questions → answers → render → write → what to type next
//! arguments   prompt      answers   render   write   report
//! ```
//!
//! Nothing before [`write`](mod@crate::write) touches the disk, and [`render`](mod@render) is pure: the same answers give
//! the same bytes.

pub mod answers;
mod arguments;
pub mod project_name;
pub mod prompt;
pub mod render;
mod report;
mod secrets;
mod workspace;

use std::path::{Path, PathBuf};
use std::rc::Rc;

pub use arguments::{Arguments, key_and_value};

use crate::error::Error;
use crate::template::Template;
use crate::write;
use crate::write::Repository;
use crate::write::destination::Destination;

use answers::Answers;
use project_name::ProjectName;
use report::Report;

/// Writes the app. Returns its folder if `--run` asks to start it.
pub fn run(arguments: &Arguments) -> Result<Option<PathBuf>, Error> {
    let template = Rc::new(Template::embedded()?);
    let asks = !arguments.yes && prompt::is_possible();
    let directory = match &arguments.directory {
        Some(directory) => directory.clone(),
        None if asks => {
            let (arguments, template) = (arguments.clone(), Rc::clone(&template));
            prompt::ask_directory(move |typed| {
                destination_and_name(typed, &arguments, &template).map(drop)
            })?
        }
        None => return Err(Error::NoDirectory),
    };
    let (destination, name) = destination_and_name(&directory, arguments, &template)?;

    let mut answers = Answers::given(&template.questions, &arguments.answers())?;
    if asks {
        prompt::ask(
            &format!("A new app: {name}"),
            &template.questions,
            &mut answers,
        )?;
    }
    answers.complete(&template.questions);

    let mut files = render::render(&template, &name, &answers)?;
    files.push(secrets::environment_file()?);
    let files = destination.check(files)?;

    let mut notes = workspace::notes(destination.path(), &files);
    let written = if arguments.dry_run {
        None
    } else {
        let repository = match arguments.no_git {
            true => Repository::None,
            false => Repository::FirstCommit,
        };
        Some(write::write(&destination, &files, repository)?)
    };
    let report = Report {
        project: &name,
        destination: &destination,
        answers: &answers,
        files: &files,
        committed: written.as_ref().is_some_and(|written| written.committed),
        arguments,
    };
    // If the report cannot be printed, the run has failed, and dropping `written` removes the files.
    report.print()?;
    if let Some(written) = written {
        notes.extend(written.keep());
    }
    report::notes(&notes);
    Ok(arguments.run.then(|| destination.path().to_owned()))
}

fn destination_and_name(
    directory: &Path,
    arguments: &Arguments,
    template: &Template,
) -> Result<(Destination, ProjectName), Error> {
    let destination = Destination::find(directory, arguments.force)?;
    let name = match &arguments.name {
        Some(name) => name,
        None => destination.name()?,
    };
    let name = ProjectName::new(name, template.locked_crates())?;
    Ok((destination, name))
}
