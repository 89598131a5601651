//! Runs the app's binary beside a running app, with its database and PostHog.

use std::process::{Command, Output, Stdio};

use super::App;

const BINARY: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

/// A command that has not started yet.
pub fn command(app: &App, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_clear()
        .env("APP_ENV", "test")
        .env("DATABASE_URL", app.web.settings.database_url.expose())
        .env("SECRET_KEY", app.web.settings.secret_key.expose())
        .env("POSTHOG_PROJECT_TOKEN", "phc_test")
        .env("POSTHOG_HOST", &app.posthog.url);
    command
}

/// Runs a command that succeeds. Returns its output.
#[track_caller]
pub fn run(app: &App, arguments: &[&str]) -> String {
    let output = command(app, arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a command that fails. Returns its error message.
#[track_caller]
pub fn run_failing(app: &App, arguments: &[&str]) -> String {
    complaint(&command(app, arguments).output().unwrap())
}

/// The error message of a failed command.
#[track_caller]
pub fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
