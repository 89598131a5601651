//! The app's commands, run by the app's own binary.

use std::fs::OpenOptions;
use std::io::pipe;

use crate::support::commands::{command, complaint, run};
use crate::support::*;

const DEMO: (&str, &str) = ("demo@example.com", "demo-password");

/// Commands that print something and end.
const PRINTING: &[&[&str]] = &[
    &["seed"],
    &["user", "list"],
    &["user", "reset-link", DEMO.0],
    &["jobs", "list"],
    &["migrate", "status"],
    &["doctor"],
    &["routes"],
    &["--help"],
    &["--version"],
];

#[tokio::test]
async fn seed_makes_a_user_who_can_log_in_and_can_run_twice() {
    let app = App::start().await;
    let first = run(&app, &["seed"]);
    assert!(first.starts_with("created demo@example.com "), "{first}");
    let second = run(&app, &["seed"]);
    assert!(second.contains(" exists already"), "{second}");
    assert!(app.accepts(DEMO.0, DEMO.1).await);
}

#[tokio::test]
async fn seed_makes_no_user_with_a_well_known_password_in_production() {
    let app = App::start().await;
    let output = command(&app, &["seed"])
        .env("APP_ENV", "production")
        .output();
    let complaint = complaint(&output.unwrap());
    assert_shows(&complaint, "it does not run in production");
    assert_eq!(app.count_rows("users").await, 0);
}

// The recorder answers for PostHog on another thread while this one waits for the command.
#[tokio::test(flavor = "multi_thread")]
async fn doctor_finds_no_problem() {
    let app = App::start().await;
    let printed = run(&app, &["doctor"]);
    assert_eq!(printed.lines().count(), 5, "{printed}");
    assert!(
        printed.lines().all(|line| line.starts_with("ok ")),
        "{printed}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn output_that_cannot_be_written_is_an_error_unless_the_reader_has_gone() {
    let app = App::start().await;
    for arguments in PRINTING {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let output = command(&app, arguments).stdout(writer).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");

        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(&app, arguments).stdout(full).output().unwrap();
        assert_shows(&complaint(&output), "could not be written");
    }
}
