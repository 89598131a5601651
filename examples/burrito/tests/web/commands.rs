//! The app's commands, as its own binary runs them.

use std::process::{Command, Output, Stdio};

use app::routes;

use crate::support::{App, Person};

const BINARY: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

#[tokio::test]
async fn seed_makes_a_user_who_can_log_in_and_does_no_harm_twice() {
    let app = App::start().await;
    let said = done(&run(&app, &["seed"], &[]));
    assert!(said.starts_with("made demo@example.com "), "{said}");
    let said = done(&run(&app, &["seed"], &[]));
    assert!(said.contains(" is there already"), "{said}");

    assert!(who_was_seeded_can_log_in(&app).await);
}

#[tokio::test]
async fn seed_makes_no_user_with_a_well_known_password_in_production() {
    let app = App::start().await;
    let output = run(&app, &["seed"], &[("APP_ENV", "production")]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("it does not run in production"), "{said}");

    assert!(!who_was_seeded_can_log_in(&app).await);
}

#[tokio::test]
async fn routes_lists_the_table() {
    let app = App::start().await;
    let said = done(&run(&app, &["routes"], &[]));
    for route in routes::pages().table() {
        let methods = route.methods.join(", ");
        let listed = said
            .lines()
            .any(|line| line.strip_prefix(&methods).map(str::trim) == Some(route.path));
        assert!(listed, "{route:?} in:\n{said}");
    }
}

// The stand-in for PostHog answers on another thread while this one waits for the command.
#[tokio::test(flavor = "multi_thread")]
async fn doctor_finds_that_all_is_well() {
    let app = App::start().await;
    let said = done(&run(&app, &["doctor"], &[]));
    assert_eq!(said.lines().count(), 5, "{said}");
    for line in said.lines() {
        assert!(line.starts_with("ok "), "{said}");
    }
}

async fn who_was_seeded_can_log_in(app: &App) -> bool {
    let browser = app.browser();
    let (email, password) = ("demo@example.com", "demo-password");
    browser.try_log_in(email, password).await;
    browser.is_signed_in().await
}

/// Commands that print and end.
const PRINTING: &[&[&str]] = &[
    &["seed"],
    &["user", "list"],
    &["user", "reset-link", "demo@example.com"],
    &["jobs", "list"],
    &["migrate", "status"],
    &["doctor"],
    &["routes"],
    &["--help"],
    &["--version"],
];

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_has_seen_enough_is_no_error() {
    let app = App::start().await;
    for arguments in PRINTING {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(&app, arguments).stdout(writer).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        assert!(
            !complaint.contains("panicked"),
            "{arguments:?}: {complaint}"
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn output_that_cannot_be_written_is_an_error() {
    let app = App::start().await;
    for arguments in PRINTING {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let output = command(&app, arguments).stdout(full.unwrap()).output();
        let output = output.unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {complaint}");
        let said = complaint.lines().last().unwrap_or_default();
        assert!(
            said.contains("could not be written"),
            "{arguments:?}: {said}"
        );
    }
}

/// Runs a command to its end, beside an app: on its database, with its PostHog.
pub fn run(app: &App, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(app, arguments);
    command.envs(variables.iter().copied()).output().unwrap()
}

fn command(app: &App, arguments: &[&str]) -> Command {
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

/// What a command said that did what it was asked to.
#[track_caller]
pub fn done(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
