//! Writes a new web app from the template in this binary.
//!
//! Each command has a module: [`new`](mod@new) writes an app, [`dev`] runs the app during development, [`posthog`] runs the
//! local stand-in for PostHog (the crate `hoglet-standin`), [`generate`](mod@generate) writes parts into an app,
//! [`destroy`](mod@destroy) takes them out, [`update`](mod@update) merges a newer release of the template into an app,
//! [`diff`](mod@diff) shows the user's own changes, and [`vendor`] copies Hoglet's own tests into an app.
//!
//! They share three modules: [`template`], which is embedded in the binary, [`releases`], which are the earlier templates,
//! and [`write`](mod@write). Only `write` changes an app, and it applies all changes or none.
//!
//! `template/cargo-generate.toml` lists the questions and the files that contain an answer. Stock cargo-generate reads
//! it too, so a new question is a change in the template alone.

// `println!` panics if standard output is closed.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod base;
pub mod cli;
pub mod colors;
pub mod destroy;
pub mod dev;
pub mod diff;
pub mod error;
pub mod file;
pub mod generate;
pub mod interrupt;
pub mod keywords;
pub mod line_ends;
pub mod new;
pub mod origin;
pub mod output;
pub mod posthog;
pub mod project;
pub mod releases;
pub mod shared;
pub mod signals;
pub mod template;
pub mod unified_diff;
pub mod update;
pub mod vendor;
pub mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::dev::FirstBuild;
use crate::error::Error;
use crate::interrupt::{End, INTERRUPTED};

/// Runs the command of the command line.
pub fn run(cli: Cli) -> Result<ExitCode, Error> {
    let end = match cli.command {
        Command::New(arguments) => match new::run(&arguments)? {
            Some(app) => dev::run(&app, &dev::Arguments::default(), FirstBuild::MustStart)?,
            None => return Ok(ExitCode::SUCCESS),
        },
        Command::Dev(arguments) => dev::run(&here()?, &arguments, FirstBuild::MayFail)?,
        Command::Posthog(arguments) => posthog::run(arguments)?,
        Command::Generate(arguments) => return generate::run(&here()?, &arguments),
        Command::Destroy(arguments) => return destroy::run(&here()?, &arguments),
        Command::Update(arguments) => return update::run(&here()?, &arguments),
        Command::Diff(arguments) => return diff::run(&here()?, &arguments),
        Command::Vendor(arguments) => {
            vendor::run(&here()?, &arguments)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hoglet", &mut script);
            output::print(&String::from_utf8_lossy(&script)).map_err(Error::Output)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    Ok(match end {
        End::Interrupted => INTERRUPTED.into(),
        End::Asked => ExitCode::SUCCESS,
    })
}

fn here() -> Result<PathBuf, Error> {
    std::env::current_dir().map_err(Error::disk("find", "."))
}
