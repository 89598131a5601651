//! `migrate`: changes the database's schema, or lists what is pending.

use std::process::ExitCode;

use clap::ValueEnum;
use futures_core::future::BoxFuture;

use super::connect::{connect, connect_existing};
use super::output::print_line;
use crate::app::CommandResult;
use crate::database::{self, Migrations};
use crate::settings::Settings;

#[derive(Clone, Copy, ValueEnum)]
pub enum Direction {
    /// Applies what is pending
    Up,
    /// Reverts the newest migration
    Down,
    /// Lists what is pending
    Status,
}

pub fn migrate(
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
