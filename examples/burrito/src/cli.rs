//! Commands: serve, migrate, seed, routes, doctor.

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use tokio::net::TcpListener;

use crate::app::{self, AppState};
use crate::settings::Settings;
use crate::{database, housekeeping, logging, routes, server};

mod doctor;
mod secret_key;
mod seed;

#[derive(Parser)]
#[command(name = env!("CARGO_PKG_NAME"), version, about = env!("CARGO_PKG_DESCRIPTION"))]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Migrates the database and serves the app (the default)
    Serve,
    /// Changes the database's schema
    Migrate {
        #[arg(value_enum, default_value_t = Direction::Up)]
        direction: Direction,
    },
    /// Creates a demo user and prints its password
    Seed,
    /// Lists the routes
    Routes,
    /// Checks settings, database and PostHog
    Doctor,
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

type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// Runs the command that was asked for. Exit codes: 0 done, 2 bad usage or settings, 1 anything else.
pub async fn run() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    if matches!(command, Command::Routes) {
        print_routes();
        return ExitCode::SUCCESS;
    }
    let made = secret_key::make_for_development();
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    logging::install(settings.log_format);
    if let Some(message) = made {
        tracing::info!("{message}");
    }
    let outcome = match command {
        Command::Serve => serve(settings).await,
        Command::Migrate { direction } => migrate(settings, direction).await,
        Command::Seed => seed::seed(settings).await,
        Command::Doctor => doctor::examine(settings).await,
        Command::Routes => unreachable!("answered above"),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

async fn serve(mut settings: Settings) -> Outcome {
    if settings.production() && !settings.https() {
        tracing::warn!(
            "APP_URL is not https: cookies are not Secure, and passwords travel in the clear"
        );
    }
    let address = (settings.host.clone(), settings.port);
    let listener = TcpListener::bind(&address).await.map_err(|error| {
        format!(
            "cannot listen on {}:{} ({error}); set HOST and PORT to an address that is free",
            address.0, address.1
        )
    })?;
    settings.port = listener.local_addr()?.port();

    let database = connect(&settings).await?;
    let database = database::migrated(database, &settings.database_url)
        .await
        .map_err(|error| format!("the database could not be migrated: {error}"))?;
    let address = format!("http://{}", listener.local_addr()?);
    let state = AppState::new(settings, database).await?;
    tokio::spawn(housekeeping::run(state.clone()));
    let router = app::router(state.clone());
    eprintln!("listening on {address}");
    server::serve(listener, router, state, server::stop_signal()).await;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(settings: Settings, direction: Direction) -> Outcome {
    let database = match direction {
        Direction::Status => connect_existing(&settings).await?,
        Direction::Up | Direction::Down => connect(&settings).await?,
    };
    match direction {
        Direction::Up => database::migrate(&database).await?,
        Direction::Down => database::migrate_down(&database).await?,
        Direction::Status => {}
    }
    let pending = database::pending_migrations(&database).await?;
    match pending.as_slice() {
        [] => println!("all migrations are applied"),
        pending => println!("pending: {}", pending.join(", ")),
    }
    Ok(ExitCode::SUCCESS)
}

/// The address is not shown: it may hold a password.
async fn connect(settings: &Settings) -> Result<sea_orm::DatabaseConnection, String> {
    database::connect(&settings.database_url)
        .await
        .map_err(|error| format!("cannot open the database of DATABASE_URL: {error}; check that it exists and may be written to"))
}

/// For commands that look at a database and must not make one by looking.
async fn connect_existing(settings: &Settings) -> Result<sea_orm::DatabaseConnection, String> {
    database::connect_existing(&settings.database_url)
        .await
        .map_err(|error| {
            let name = env!("CARGO_PKG_NAME");
            format!("cannot open the database of DATABASE_URL: {error}; `{name} migrate` makes a SQLite file that is not there yet")
        })
}

fn print_routes() {
    let tables = routes::pages()
        .table
        .into_iter()
        .chain(routes::plain().table);
    for (methods, path) in tables {
        println!("{methods:<10} {path}");
    }
    let proxy = "{POSTHOG_PROXY_PATH}/{*path}";
    println!("{:<10} {proxy}", "ANY");
}
