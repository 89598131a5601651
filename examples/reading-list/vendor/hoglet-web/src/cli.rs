//! The commands of an app: serve, jobs, user, migrate, routes, layers, doctor, and its own.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tokio::runtime::Builder;

use crate::app::{self, App, CommandResult, all_jobs, all_routes, read_settings, secret_paths};
use crate::layers::in_order;
use crate::settings::env_file::{env_file_applies, read_env_file, variable};
use crate::settings::{Settings, SettingsError};
use crate::{housekeeping, logging};
use futures_core::future::BoxFuture;

mod connect;
mod doctor;
mod job_list;
mod job_table;
mod jobs;
mod lists;
mod migrate;
mod output;
mod secret_key;
mod serve;
mod users;

pub use connect::open_database;
use migrate::Direction;
use output::complain;
pub use output::{NotPrinted, print_line};

/// Each running job uses a blocking thread, and so does each hash of a password.
const BLOCKING_THREADS: usize = 512 + 1_000;

#[derive(Parser)]
struct Arguments<Own: Subcommand> {
    #[command(subcommand)]
    command: Option<Command<Own>>,
}

#[derive(Subcommand)]
enum Command<Own: Subcommand> {
    /// Migrates the database and serves the app (the default)
    Serve,
    /// Changes the database's schema
    Migrate {
        #[arg(value_enum, default_value_t = Direction::Up)]
        direction: Direction,
    },
    /// Lists the routes
    Routes,
    /// Lists the layers, from the outside in
    Layers,
    /// Checks settings, database and PostHog
    Doctor,
    /// Works on jobs without serving, or manages the queue
    Jobs {
        #[command(subcommand)]
        action: Option<jobs::Action>,
    },
    /// Lists and deletes accounts, and prints links to reset a password
    User {
        #[command(subcommand)]
        action: users::Action,
    },
    #[command(flatten)]
    Own(Own),
}

/// Runs the command of the process. Exit codes: 0 done, 2 bad usage or settings, 1 anything else.
pub fn run<A: App>() -> ExitCode {
    run_with::<A>(std::env::args_os())
}

/// Runs the command that these arguments name. The first argument is the program itself.
pub fn run_with<A: App>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> ExitCode {
    match parse::<A>(arguments) {
        Ok(arguments) => {
            let command = arguments.command.unwrap_or(Command::Serve);
            block_on(Box::pin(execute::<A>(command)))
        }
        Err(usage) => output::usage(&usage),
    }
}

/// Runs a command in a runtime of its own.
///
/// It does not wait for other tasks at the end: a job that blocks its thread must not keep the
/// process alive.
fn block_on(command: BoxFuture<'static, ExitCode>) -> ExitCode {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(command);
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            complain(format_args!("could not start the runtime: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn execute<A: App>(command: Command<A::Command>) -> ExitCode {
    match command {
        Command::Routes => return exit_code(lists::print_routes(&all_routes::<A>())),
        Command::Layers => return exit_code(lists::print_layers(&in_order(&A::layers()))),
        _ => {}
    }
    let new_key = secret_key::make_for_development();
    let (settings, own) = match settings_from_env::<A>() {
        Ok(settings) => settings,
        Err(error) => {
            complain(error);
            return ExitCode::from(2);
        }
    };
    logging::install(settings.log_format);
    if let Some(message) = new_key {
        tracing::info!("{message}");
    }
    let result = match command {
        Command::Serve => serve::<A>(settings, own).await,
        Command::Migrate { direction } => {
            migrate::migrate(settings, A::parts().migrations, direction, A::PACKAGE.name).await
        }
        Command::Doctor => doctor::examine(settings, A::parts().migrations, A::PACKAGE.name).await,
        Command::Jobs { action: None } => work::<A>(settings, own).await,
        Command::Jobs {
            action: Some(action),
        } => {
            let table = job_table::Table::of(&A::jobs(), &housekeeping::jobs());
            jobs::manage(settings, action, table, A::PACKAGE.name).await
        }
        Command::User { action } => users::run(action, settings, A::parts()).await,
        Command::Own(command) => A::run(command, settings).await,
        Command::Routes | Command::Layers => unreachable!("returned above"),
    };
    exit_code(result)
}

fn exit_code(result: CommandResult) -> ExitCode {
    result.unwrap_or_else(|error| {
        complain(error);
        ExitCode::FAILURE
    })
}

/// Parses the arguments. The error is bad usage, or the text of `--help` and `--version`.
fn parse<A: App>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<Arguments<A::Command>, clap::Error> {
    let mut command = Arguments::<A::Command>::command()
        .name(A::PACKAGE.name)
        .version(A::PACKAGE.version)
        .about(A::PACKAGE.description);
    let matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Reads the process's variables and, in development, `.env` in the working directory.
fn settings_from_env<A: App>() -> Result<(Settings, A::Settings), SettingsError> {
    let file = if env_file_applies() {
        read_env_file(Path::new(".env"))?
    } else {
        HashMap::new()
    };
    read_settings::<A>(&|name| variable(name, &file))
}

async fn serve<A: App>(mut settings: Settings, own: A::Settings) -> CommandResult {
    let listener = serve::listen(&mut settings).await?;
    let web = serve::start(A::PACKAGE, settings, A::parts(), secret_paths::<A>()).await?;
    let state = A::state(own, web.clone());
    let registry = all_jobs::<A>(&web).with(state.clone())?;
    let router = app::router::<A>(state, &web);
    serve::serve(listener, router, web, registry).await
}

async fn work<A: App>(settings: Settings, own: A::Settings) -> CommandResult {
    let web = serve::start(A::PACKAGE, settings, A::parts(), secret_paths::<A>()).await?;
    let registry = all_jobs::<A>(&web).with(A::state(own, web.clone()))?;
    serve::work(web, registry).await
}
