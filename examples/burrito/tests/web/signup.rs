//! `/signup`: accounts. What the form says is in `signup_form.rs`.

use app::routes::next::AFTER_LOG_IN;
use reqwest::StatusCode;

use crate::support::{Answer, App, Browser, PASSWORD, People, Person};

#[tokio::test]
async fn signing_up_makes_an_account_and_logs_in() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = sign_up(&browser, "  Ann Lee ", " Ann@Example.com ", PASSWORD).await;

    assert_eq!(answer.location(), AFTER_LOG_IN);
    let profile = browser.get("/profile").await.text();
    assert!(profile.contains(">Ann Lee</h1>") && profile.contains("ann@example.com"));
    let event = app.event("user_signed_up").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
    assert_eq!(event["signup_method"], "email");
}

#[tokio::test]
async fn an_email_has_one_account_however_it_is_written() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let answer = sign_up(&browser, "Eve", "ANN@example.COM", PASSWORD).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(text.contains("This e-mail already has an account."));
    assert!(text.contains(r#"value="ANN@example.COM""#));
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.events_named("user_signed_up").await.len(), 1);
}

#[tokio::test]
async fn two_sign_ups_at_once_make_one_account() {
    let app = App::start().await;
    let (first, second) = (app.browser(), app.browser());
    let (first, second) = tokio::join!(
        sign_up(&first, "Ann", "ann@example.com", PASSWORD),
        sign_up(&second, "Ann", "ann@example.com", PASSWORD),
    );

    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    assert_eq!(app.events_named("user_signed_up").await.len(), 1);
}

#[tokio::test]
async fn a_signed_in_user_who_signs_up_becomes_the_new_user() {
    let app = App::start().await;
    let browser = app.sign_up("Ann").await;
    browser.sign_up("Bob").await;

    let profile = browser.get("/profile").await;
    assert!(profile.text().contains("bob@example.com"));
}

async fn sign_up(browser: &Browser, name: &str, email: &str, password: &str) -> Answer {
    let form = [("name", name), ("email", email), ("password", password)];
    browser.post("/signup", &form).await
}
