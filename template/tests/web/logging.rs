//! What is written down, and what never is.

use app::models::{attempt, user};
use app::settings::new_secret_key;
use sea_orm::EntityTrait;
use serde_json::Value;

use crate::support::{App, PASSWORD, Process, Signal};

#[tokio::test]
async fn no_log_holds_a_password_a_cookie_a_key_or_an_email() {
    let key = new_secret_key();
    let variables = [
        ("SECRET_KEY", &*key),
        ("POSTHOG_SECRET_KEY", "phx_secret"),
        // Libraries included.
        ("RUST_LOG", "trace"),
        ("SHUTDOWN_TIMEOUT_SECONDS", "2"),
    ];
    let mut process = Process::start(&variables).await;
    let browser = process.browser();
    browser.get("/?email=ann@example.com").await;
    browser.sign_up("Ann").await;
    let email = ("email", "ann@example.com");
    let new_password = [
        ("current_password", "not the password"),
        ("new_password", "another sentence"),
    ];
    let posts = [
        (
            "/signup",
            &[email, ("name", "Ann"), ("password", PASSWORD)][..],
        ),
        ("/login", &[email, ("password", "not the password")]),
        ("/login", &[email, ("password", PASSWORD)]),
        ("/profile", &new_password),
        ("/api/trigger-error", &[("error_type", "generic")]),
        ("/api/trigger-error", &[("error_type", "unhandled")]),
        ("/api/trigger-error", &[("error_type", "panic")]),
    ];
    for (path, form) in posts {
        browser.post(path, form).await;
    }
    browser.get("/profile?email=ann@example.com").await;
    let session = browser.cookie("session").unwrap();
    let log = process.end(Signal::Terminate).await.log;

    assert!(log.contains("nobody handled this"), "it was all logged");
    let unsigned = &session[44..];
    for secret in [
        "ann@example.com",
        "ann%40example.com",
        "a sentence is fine",
        "a+sentence",
        "not the password",
        "another sentence",
        &key,
        "phx_secret",
        "argon2id",
        &session,
        unsigned,
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test]
async fn without_a_token_it_warns_of_what_is_lost_and_switched_off_it_does_not() {
    for environment in ["development", "production"] {
        for (variable, level) in [
            (("POSTHOG_PROJECT_TOKEN", ""), "WARN"),
            (("POSTHOG_DISABLED", "true"), "INFO"),
        ] {
            let variables = [("APP_ENV", environment), ("LOG_FORMAT", "json"), variable];
            let mut process = Process::start(&variables).await;
            let log = process.end(Signal::Terminate).await.log;
            let mut lines = log.lines().filter(|line| line.contains("PostHog is off"));
            let line: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
            assert_eq!(lines.next(), None);
            assert_eq!(line["level"], level, "{environment}: {line}");
            let lost = line
                .to_string()
                .contains("events, errors and people are lost");
            assert_eq!(lost, level == "WARN", "{line}");
            assert!(line.to_string().contains(variable.0), "{line}");
        }
    }
}

#[test]
fn a_key_that_may_read_the_project_ends_the_start() {
    let refused = Process::refused(&[("POSTHOG_API_KEY", "phx_hunter2"), ("PORT", "x")]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("POSTHOG_API_KEY: "), "{said}");
    assert!(said.contains("PORT: "), "{said}");
    assert!(!said.contains("hunter2"));
}

#[tokio::test]
async fn no_row_shows_a_password_or_an_email_in_debug() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let wrong = [("email", "ann@example.com"), ("password", "wrong")];
    app.browser().post("/login", &wrong).await;

    let users = user::Entity::find().all(&app.state.database).await;
    let attempts = attempt::Entity::find().all(&app.state.database).await;
    let text = format!("{users:?} {attempts:?}");
    assert!(
        text.contains("Ann") && text.contains("attempted_at"),
        "{text}"
    );
    for secret in ["ann@example.com", "argon2"] {
        assert!(!text.contains(secret), "{text}");
    }
}
