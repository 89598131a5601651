//! The commands of an app: serve, jobs, migrate, routes, layers, doctor, and its own.

use std::collections::HashMap;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::ExitCode;

use axum::Router;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use sea_orm::DatabaseConnection;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::{oneshot, watch};

use crate::app::{self, App, CommandResult, all_jobs, all_routes, read_settings, secret_paths};
use crate::database::{self, Migrations};
use crate::jobs::Registry;
use crate::jobs::attempts::start_workers;
use crate::layers::in_order;
use crate::package::Package;
use crate::secret_paths::SecretPaths;
use crate::settings::env_file::{env_file_applies, read_env_file, variable};
use crate::settings::{Settings, SettingsError};
use crate::web::{Parts, Web};
use crate::{housekeeping, logging, server, signals, system};
use futures_core::future::BoxFuture;

mod connect;
mod doctor;
mod job_list;
mod job_table;
mod jobs;
mod output;
mod secret_key;

use connect::{connect, connect_existing};
use output::complain;
pub use output::{NotPrinted, print_line};

/// Each job has a thread while it runs, and so has each password that is hashed.
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
    /// Works on jobs without serving, or looks after those that wait
    Jobs {
        #[command(subcommand)]
        action: Option<jobs::Action>,
    },
    #[command(flatten)]
    Own(Own),
}

#[derive(Clone, Copy, ValueEnum)]
enum Direction {
    /// Applies what is pending
    Up,
    /// Takes back the newest migration
    Down,
    /// Lists what is pending
    Status,
}

/// Runs the command that was asked for. Exit codes: 0 done, 2 bad usage or settings, 1 anything else.
pub fn run<A: App>() -> ExitCode {
    run_with::<A>(std::env::args_os())
}

/// Runs the command that these arguments ask for. The first one is the program itself.
pub fn run_with<A: App>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> ExitCode {
    match asked::<A>(arguments) {
        Ok(asked) => {
            let command = asked.command.unwrap_or(Command::Serve);
            block_on(Box::pin(execute::<A>(command)))
        }
        Err(usage) => output::usage(&usage),
    }
}

/// Runs a command to its end in a runtime of its own, and waits for nothing else: a job that blocks its
/// thread must not keep the process.
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
        Command::Routes => return ended(print_routes::<A>()),
        Command::Layers => return ended(print_layers(&in_order(&A::layers()))),
        _ => {}
    }
    let made = secret_key::make_for_development();
    let (settings, own) = match settings_from_env::<A>() {
        Ok(settings) => settings,
        Err(error) => {
            complain(error);
            return ExitCode::from(2);
        }
    };
    logging::install(settings.log_format);
    if let Some(message) = made {
        tracing::info!("{message}");
    }
    let outcome = match command {
        Command::Serve => serve::<A>(settings, own).await,
        Command::Migrate { direction } => {
            migrate(settings, A::parts().migrations, direction, A::PACKAGE.name).await
        }
        Command::Doctor => doctor::examine(settings, A::parts().migrations, A::PACKAGE.name).await,
        Command::Jobs { action: None } => work::<A>(settings, own).await,
        Command::Jobs {
            action: Some(action),
        } => {
            let table = job_table::Table::of(&A::jobs(), &housekeeping::jobs());
            jobs::look_after(settings, action, table, A::PACKAGE.name).await
        }
        Command::Own(command) => A::run(command, settings).await,
        Command::Routes | Command::Layers => unreachable!("answered above"),
    };
    ended(outcome)
}

fn ended(outcome: CommandResult) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        complain(error);
        ExitCode::FAILURE
    })
}

/// The arguments, under the app's name. The error is bad usage, or what `--help` and `--version` print.
fn asked<A: App>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<Arguments<A::Command>, clap::Error> {
    let mut command = Arguments::<A::Command>::command()
        .name(A::PACKAGE.name)
        .version(A::PACKAGE.version)
        .about(A::PACKAGE.description);
    let matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The process's variables and, in development, `.env` in the working directory.
fn settings_from_env<A: App>() -> Result<(Settings, A::Settings), SettingsError> {
    let file = if env_file_applies() {
        read_env_file(Path::new(".env"))?
    } else {
        HashMap::new()
    };
    read_settings::<A>(&|name| variable(name, &file))
}

async fn serve<A: App>(mut settings: Settings, own: A::Settings) -> CommandResult {
    let listener = listen(&mut settings).await?;
    let web = begin(A::PACKAGE, settings, A::parts(), secret_paths::<A>()).await?;
    let state = A::state(own, web.clone());
    let registry = all_jobs::<A>(&web).with(state.clone())?;
    let router = app::router::<A>(state, &web);
    serve_router(listener, router, web, registry).await
}

async fn work<A: App>(settings: Settings, own: A::Settings) -> CommandResult {
    let web = begin(A::PACKAGE, settings, A::parts(), secret_paths::<A>()).await?;
    let registry = all_jobs::<A>(&web).with(A::state(own, web.clone()))?;
    work_alone(web, registry).await
}

fn begin(
    package: Package,
    settings: Settings,
    parts: Parts,
    secret_paths: SecretPaths,
) -> BoxFuture<'static, Result<Web, Box<dyn Error + Send + Sync>>> {
    Box::pin(async move {
        let database = open_database(&settings, parts.migrations).await?;
        let web = Web::start(package, settings, database, parts, secret_paths).await?;
        if !web.settings.mail.available() {
            tracing::warn!(
                "SMTP_URL is not set, so the app sends no mail: nobody can reset a password, confirm an \
                 address or log in by link"
            );
        }
        housekeeping::at_start(&web).await?;
        Ok(web)
    })
}

fn serve_router(
    listener: TcpListener,
    router: Router,
    web: Web,
    registry: Registry,
) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let concurrency = web.settings.jobs.concurrency;
        let workers = start_workers(web.clone(), registry.into(), concurrency);
        let requests = signals::listen();
        complain(format_args!(
            "listening on {}",
            shown_address(&web.settings, &listener)?
        ));
        let under_way = workers.under_way();
        let serving = server::serve(listener, router, web.clone(), workers, requests.first);
        Ok(until_second(serving, requests.second, &web, under_way).await)
    })
}

/// In development it is one to open: `HOST=0.0.0.0` is every address of the machine, and none itself.
fn shown_address(settings: &Settings, listener: &TcpListener) -> io::Result<String> {
    let address = listener.local_addr()?;
    if settings.development() && address.ip().to_canonical().is_unspecified() {
        return Ok(settings.local_url());
    }
    Ok(format!("http://{address}"))
}

fn work_alone(web: Web, registry: Registry) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let concurrency = web.settings.jobs.concurrency;
        if concurrency == 0 {
            return Err(
                "JOBS_CONCURRENCY is 0, so this process would do nothing; set it to 1 or more"
                    .into(),
            );
        }
        if web.settings.lacks_address() {
            tracing::warn!(
                "APP_URL is not set and PORT is 0, so links in mails lead nowhere; set APP_URL to the \
                 address of the process that serves"
            );
        }
        let workers = start_workers(web.clone(), registry.into(), concurrency);
        let requests = signals::listen();
        complain(format_args!("working on jobs, {concurrency} at once"));
        let under_way = workers.under_way();
        let working = server::work(web.clone(), workers, requests.first);
        Ok(until_second(working, requests.second, &web, under_way).await)
    })
}

/// Ends with the work, or at once where that is asked for a second time.
async fn until_second(
    work: impl Future<Output = ()>,
    second: oneshot::Receiver<u8>,
    web: &Web,
    jobs: watch::Receiver<usize>,
) -> ExitCode {
    tokio::select! {
        () = work => ExitCode::SUCCESS,
        Ok(signal) = second => {
            let jobs = *jobs.borrow();
            server::say_what_is_lost(web, jobs, signal);
            ExitCode::from(128 + signal)
        }
    }
}

async fn listen(settings: &mut Settings) -> Result<TcpListener, String> {
    if settings.production() && !settings.https() {
        tracing::warn!(
            "APP_URL is not https: cookies are not Secure, and passwords travel in the clear"
        );
    }
    if settings.production() && !settings.has_app_url() {
        tracing::warn!(
            "APP_URL is not set: requests for any other name than this machine's own get a 421, but for \
             those in ALLOWED_HOSTS"
        );
    }
    let (host, port) = (settings.host.as_str(), settings.port);
    let cannot = |error: io::Error| {
        let taken = error.kind() == ErrorKind::AddrInUse;
        let owner = taken.then(|| system::owner_of_port(port)).flatten();
        let owner = owner.map_or_else(String::new, |owner| format!(", by {owner}"));
        format!(
            "cannot listen on {host}:{port} ({error}{owner}); set HOST and PORT to an address that is free"
        )
    };
    let listener = TcpListener::bind((host, port)).await.map_err(cannot)?;
    settings.port = listener.local_addr().map_err(cannot)?.port();
    Ok(listener)
}

/// Opens the database and migrates it, for a command of the app's own.
///
/// # Errors
///
/// Where it cannot be opened or migrated; the error says what to do.
pub fn open_database(
    settings: &Settings,
    migrations: Migrations,
) -> BoxFuture<'_, Result<DatabaseConnection, String>> {
    Box::pin(async move {
        let database = connect(settings).await?;
        database::migrated(database, &settings.database_url, migrations)
            .await
            .map_err(|error| format!("the database could not be migrated: {error}"))
    })
}

fn migrate(
    settings: Settings,
    migrations: Migrations,
    direction: Direction,
    app: &'static str,
) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let database = match direction {
            Direction::Status => connect_existing(&settings, app).await?,
            Direction::Up | Direction::Down => connect(&settings).await?,
        };
        match direction {
            Direction::Up => database::migrate(&database, migrations).await?,
            Direction::Down => database::migrate_down(&database, migrations).await?,
            Direction::Status => {}
        }
        let pending = database::pending_migrations(&database, migrations).await?;
        match pending.as_slice() {
            [] => print_line("all migrations are applied")?,
            pending => print_line(format_args!("pending: {}", pending.join(", ")))?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn print_routes<A: App>() -> CommandResult {
    for route in all_routes::<A>() {
        let methods = route.methods.join(", ");
        print_line(format_args!("{methods:<10} {}", route.path))?;
    }
    let proxy = "{POSTHOG_PROXY_PATH}/{*path}";
    print_line(format_args!("{:<10} {proxy}", "ANY"))?;
    Ok(ExitCode::SUCCESS)
}

fn print_layers(layers: &[(String, &'static str)]) -> CommandResult {
    let width = layers.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    for (name, why) in layers {
        print_line(format_args!("{name:width$}  {why}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
