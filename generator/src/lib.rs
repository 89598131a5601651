//! Writes a new web app from the template it carries.
//!
//! One module for each command: [`new`](mod@new) writes an app, [`dev`] runs it while it is worked on, [`posthog`] runs the
//! local stand-in for PostHog (the crate `hoglet-standin`), [`vendor`] brings Hoglet's own tests into an app.
//!
//! They share the [`template`], which the binary carries, and [`write`](mod@write), the only module that changes an app:
//! completely, or not at all.
//!
//! `template/cargo-generate.toml` says which questions there are and which files contain an answer. Stock cargo-generate
//! reads it too, so a new question is a change in the template alone.

// `println!` panics if the reader is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod cli;
pub mod colors;
pub mod dev;
pub mod error;
pub mod file;
pub mod interrupt;
pub mod new;
pub mod output;
pub mod posthog;
pub mod project;
pub mod shared;
pub mod signals;
pub mod template;
pub mod vendor;
pub mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::dev::FirstBuild;
use crate::error::Error;
use crate::interrupt::{End, INTERRUPTED};

/// Carries out what the command line asks for.
pub fn run(cli: Cli) -> Result<ExitCode, Error> {
    let end = match cli.command {
        Command::New(arguments) => match new::run(&arguments)? {
            Some(app) => dev::run(&app, &dev::Arguments::default(), FirstBuild::MustStart)?,
            None => return Ok(ExitCode::SUCCESS),
        },
        Command::Dev(arguments) => dev::run(&here()?, &arguments, FirstBuild::MayFail)?,
        Command::Posthog(arguments) => posthog::run(arguments)?,
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
