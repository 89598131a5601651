//! `user`: the commands that look after accounts.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::commands::{done, run};
use crate::mailed::Mailed;
use crate::support::{App, People, Person};

#[tokio::test]
async fn list_shows_every_account() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    let link = app.link_to("ann@example.com").await;
    ann.post(&link, &[]).await;

    let said = done(&run(&app, &["user", "list"], &[]));
    let lines: Vec<Vec<_>> = said
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["E-MAIL", "ID", "CONFIRMED", "SINCE"]);
    let ids = [app.user_id("Ann").await, app.user_id("Bob").await];
    assert_eq!(lines[1][..3], ["ann@example.com", &*ids[0], "yes"]);
    assert_eq!(lines[2][..3], ["bob@example.com", &*ids[1], "no"]);
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn list_for_programs_is_one_array_with_moments() {
    let app = App::start().await;
    let list = || -> Value {
        let said = done(&run(&app, &["user", "list", "--json"], &[]));
        serde_json::from_str(&said).unwrap()
    };
    assert_eq!(list(), json!([]));
    let ann = app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    let link = app.link_to("ann@example.com").await;
    ann.post(&link, &[]).await;

    let accounts = list();
    let (ann, bob) = (&accounts[0], &accounts[1]);
    assert_eq!(ann["id"], app.user_id("Ann").await);
    assert_eq!(
        (&ann["email"], &ann["name"]),
        (&json!("ann@example.com"), &json!("Ann"))
    );
    for moment in [&ann["created_at"], &ann["confirmed_at"], &bob["created_at"]] {
        let text = moment.as_str().unwrap();
        assert!(text.ends_with('Z'), "{text}");
        OffsetDateTime::parse(text, &Rfc3339).unwrap();
    }
    assert_eq!(bob["confirmed_at"], Value::Null);
    assert_eq!(accounts.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn reset_link_prints_a_link_for_an_account_that_is_there() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let url = [("APP_URL", app.url.as_str())];
    let said = done(&run(&app, &["user", "reset-link", "Ann@example.com"], &url));
    let token = said
        .trim()
        .strip_prefix(&format!("{}/reset-password/", app.url));
    assert_eq!(token.unwrap().len(), 43, "{said}");

    let output = run(&app, &["user", "reset-link", "eve@example.com"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("there is no account for eve@example.com"),
        "{said}"
    );
}

#[tokio::test]
async fn delete_asks_or_is_told_not_to_and_does_what_the_page_does() {
    let app = App::with(&[("POSTHOG_SECRET_KEY", "phx_test")]).await;
    let ann = app.sign_up("Ann").await;
    let id = app.user_id("Ann").await;
    ann.post(&app.link_to("ann@example.com").await, &[]).await;
    // Here no terminal is there to ask at.
    let output = run(&app, &["user", "delete", "ann@example.com"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("`user delete ann@example.com --yes`"),
        "{said}"
    );
    assert!(ann.is_signed_in().await);

    let said = done(&run(
        &app,
        &["user", "delete", "ann@example.com", "--yes"],
        &[],
    ));
    assert!(said.starts_with("deleted ann@example.com"), "{said}");
    assert!(!ann.is_signed_in().await);
    assert_eq!(app.rows("users").await, 0);
    app.let_time_pass(Duration::from_secs(60)).await;
    let subjects = app.subjects_to("ann@example.com").await;
    assert_eq!(subjects.last().unwrap(), "Your account was deleted");
    let deletions = app.posthog.deletions();
    assert_eq!(deletions[0].body["distinct_ids"][0], id);

    let output = run(&app, &["user", "delete", "ann@example.com", "--yes"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let browser = app.browser();
    assert_eq!(browser.get("/login").await.status, StatusCode::OK);
}
