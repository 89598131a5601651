//! Command, settings, app, serve, flush: see `app::cli`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    app::cli::run().await
}
