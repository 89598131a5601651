//! The app's own commands, beside Hoglet's: `cargo run seed`. A new command is a variant of [`Command`]
//! and a file here. The comment of the variant is the help text. Commands print with `print_line`,
//! which also works with `| head`.

use clap::Subcommand;
use hoglet_web::app::CommandResult;
use hoglet_web::settings::Settings;

mod seed;

/// The commands of `cargo run`, besides Hoglet's, such as `serve`.
#[derive(Subcommand)]
pub enum Command {
    /// Creates a demo user and prints its password
    Seed,
}

impl Command {
    /// Runs the command. An error is printed, and the exit code is 1.
    pub async fn run(self, settings: Settings) -> CommandResult {
        match self {
            Self::Seed => seed::seed(settings).await,
        }
    }
}
