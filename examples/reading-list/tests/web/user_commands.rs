//! `user`: the commands that manage accounts.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::commands::{command, run, run_failing};
use crate::support::*;

/// Two accounts, the first of them confirmed.
async fn ann_and_bob() -> App {
    let (app, _) = app_with_ann().await;
    app.confirm(ANN).await;
    app.sign_up(BOB).await;
    app
}

#[tokio::test]
async fn list_shows_every_account() {
    let app = ann_and_bob().await;
    let mut printed = run(&app, &["user", "list"]);
    for email in [ANN, BOB] {
        let user = app.user(email).await;
        printed = printed.replace(&user.id.to_string(), "<an id of 36 characters            >");
        printed = printed.replace(&user.created_at.date().to_string(), "<a date>");
    }
    assert_snapshot!(printed, @"
    E-MAIL           ID                                    CONFIRMED  SINCE
    ann@example.com  <an id of 36 characters            >  yes        <a date>
    bob@example.com  <an id of 36 characters            >  no         <a date>
    ");
}

#[tokio::test]
async fn list_for_programs_is_one_json_array() {
    let app = ann_and_bob().await;
    let accounts: Value = serde_json::from_str(&run(&app, &["user", "list", "--json"])).unwrap();
    let (ann, bob) = (&accounts[0], &accounts[1]);
    assert_eq!(ann["id"], app.user_id(ANN).await);
    assert_eq!([&ann["email"], &ann["name"]], [ANN, "Ann"]);
    for moment in [&ann["created_at"], &ann["confirmed_at"], &bob["created_at"]] {
        assert!(moment.as_str().unwrap().ends_with('Z'), "{moment}");
    }
    assert_eq!(bob["confirmed_at"], Value::Null);
    assert_eq!(accounts.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn reset_link_prints_a_link_that_works() {
    let (app, _) = app_with_ann().await;
    let mut command = command(&app, &["user", "reset-link", "Ann@example.com"]);
    let output = command.env("APP_URL", &app.url).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let link = printed.trim().strip_prefix(&app.url).unwrap();
    assert_eq!(app.browser().follow(link).await.location(), AFTER_LOG_IN);

    let complaint = run_failing(&app, &["user", "reset-link", LEE]);
    assert_shows(&complaint, "there is no account for lee@example.com");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn delete_wants_a_confirmation_and_deletes_as_the_page_does() {
    let app = App::with(&[("POSTHOG_SECRET_KEY", "phx_test")]).await;
    let ann = app.sign_up(ANN).await;
    let id = app.user_id(ANN).await;
    app.confirm(ANN).await;
    // Without a terminal it cannot ask.
    let complaint = run_failing(&app, &["user", "delete", ANN]);
    assert_shows(&complaint, "`user delete ann@example.com --yes`");
    assert!(ann.is_signed_in().await);

    let printed = run(&app, &["user", "delete", ANN, "--yes"]);
    assert!(printed.starts_with("deleted ann@example.com"), "{printed}");
    assert!(!ann.is_signed_in().await);
    assert_eq!(app.count_rows("users").await, 0);
    app.let_time_pass(MINUTE).await;
    let subjects = app.subjects_to(ANN).await;
    assert_eq!(subjects.last().unwrap(), "Your account was deleted");
    assert_eq!(app.posthog.deletions()[0].json()["distinct_ids"][0], id);

    run_failing(&app, &["user", "delete", ANN, "--yes"]);
}
