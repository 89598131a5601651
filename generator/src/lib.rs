//! Writes a new web app from the template it carries.
//!
//! A run is a pipeline, one module a step:
//!
//! ```text
//! arguments → questions → answers → render → write → what to type next
//!    cli      questions   answers   render   write   report
//! ```
//!
//! Nothing before [`write`](mod@write) touches the disk, and [`render`](mod@render) is pure: the same answers give the
//! same bytes. What is asked, and which files bear an answer, stands in `template/cargo-generate.toml`, which stock
//! cargo-generate reads too; so a new question is a change in the template alone.
//!
//! Two commands stand beside it: [`posthog`] runs a local stand-in for PostHog (the crate `hoglet-standin`), and [`dev`]
//! runs an app with it while the app is being worked on.

// `println!` panics where nobody reads on.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod answers;
pub mod cli;
pub mod colors;
pub mod destination;
pub mod dev;
pub mod error;
pub mod git;
pub mod interrupt;
pub mod output;
pub mod posthog;
pub mod project_name;
pub mod prompt;
pub mod questions;
pub mod render;
pub mod report;
pub mod secrets;
pub mod shared;
pub mod signals;
pub mod template;
pub mod undo;
pub mod workspace;
pub mod write;

use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use clap::CommandFactory;

use crate::answers::Answers;
use crate::cli::{Cli, Command, NewArguments};
use crate::destination::Destination;
use crate::dev::First;
use crate::error::Error;
use crate::interrupt::{End, INTERRUPTED};
use crate::project_name::ProjectName;
use crate::report::Report;
use crate::template::Template;

/// Carries out what the command line asks for.
pub fn run(cli: Cli) -> Result<ExitCode, Error> {
    match cli.command {
        Command::New(arguments) => new(&arguments),
        Command::Dev(arguments) => {
            let here = std::env::current_dir().map_err(Error::disk("find", "."))?;
            let end = dev::run(&here, &arguments, First::MayFail)?;
            Ok(exit_code(end))
        }
        Command::Posthog(arguments) => {
            let end = posthog::run(arguments)?;
            Ok(exit_code(end))
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hoglet", &mut script);
            output::print(&String::from_utf8_lossy(&script)).map_err(Error::Output)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn exit_code(end: End) -> ExitCode {
    match end {
        End::Interrupted => INTERRUPTED.into(),
        End::Asked => ExitCode::SUCCESS,
    }
}

fn new(arguments: &NewArguments) -> Result<ExitCode, Error> {
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

    let mut answers = Answers::given(&template.questions, &arguments.set)?;
    if asks {
        prompt::ask(&name, &template.questions, &mut answers)?;
    }
    answers.complete(&template.questions);

    let mut files = render::render(&template, &name, &answers)?;
    files.push(secrets::environment_file()?);
    let files = destination.check(files)?;

    let mut notes = workspace::notes(destination.path(), &files);
    let written = if arguments.dry_run {
        None
    } else {
        Some(write::write(&destination, &files, !arguments.no_git)?)
    };
    let committed = written.as_ref().is_some_and(|written| written.committed);
    // A report that cannot be printed is a run that has failed, and then nothing was written.
    Report::new(&name, &destination, &answers, &files, committed, arguments).print()?;
    if let Some(written) = written {
        notes.extend(written.keep());
    }
    report::notes(&notes);
    if arguments.run {
        let end = dev::run(
            destination.path(),
            &dev::Arguments::default(),
            First::MustStart,
        )?;
        return Ok(exit_code(end));
    }
    Ok(ExitCode::SUCCESS)
}

fn destination_and_name(
    directory: &Path,
    arguments: &NewArguments,
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
