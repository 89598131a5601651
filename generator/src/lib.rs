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
//! Two rooms of their own: [`posthog`], a local stand-in for PostHog, for apps and for tests; and [`dev`], which runs an
//! app beside it while the app is being worked on.

pub mod answers;
pub mod cli;
pub mod destination;
pub mod dev;
pub mod error;
pub mod git;
pub mod interrupt;
pub mod posthog;
pub mod project_name;
pub mod prompt;
pub mod questions;
pub mod render;
pub mod report;
pub mod secrets;
pub mod template;
pub mod undo;
pub mod write;

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::answers::Answers;
use crate::cli::{Cli, Command, NewArguments};
use crate::destination::Destination;
use crate::dev::First;
use crate::error::Error;
use crate::project_name::ProjectName;
use crate::report::Report;
use crate::template::Template;

/// Carries out what the command line asks for.
pub fn run(cli: Cli) -> Result<ExitCode, Error> {
    match cli.command {
        Command::New(arguments) => new(&arguments),
        Command::Dev(arguments) => {
            let here = std::env::current_dir().map_err(Error::disk("find", "."))?;
            dev::run(&here, &arguments, First::MayFail)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Posthog(arguments) => {
            posthog::run(&arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hoglet", &mut script);
            // A reader that has seen enough (`| head`) is no failure.
            let _ = std::io::stdout().write_all(&script);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn new(arguments: &NewArguments) -> Result<ExitCode, Error> {
    let template = Template::embedded()?;
    let destination = Destination::find(&arguments.directory, arguments.force)?;
    let name = match &arguments.name {
        Some(name) => name,
        None => destination.name()?,
    };
    let name = ProjectName::new(name, template.locked_crates())?;

    let mut answers = Answers::given(&template.questions, &arguments.set)?;
    if !arguments.yes && prompt::is_possible() {
        prompt::ask(&name, &template.questions, &mut answers)?;
    }
    answers.complete(&template.questions);

    let mut files = render::render(&template, &name, &answers)?;
    files.push(secrets::environment_file()?);
    let files = destination.check(files)?;

    if !arguments.dry_run {
        let notes = write::write(&destination, &files, !arguments.no_git)?;
        report::notes(&notes);
    }
    Report::new(&name, &destination, &answers, &files, arguments).print();
    if arguments.run {
        dev::run(
            destination.path(),
            &dev::Arguments::default(),
            First::MustStart,
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
