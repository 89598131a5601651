//! `/signup`

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, PASSWORD};

#[tokio::test]
async fn the_form_is_empty_at_first() {
    let app = App::start().await;
    let page = app.browser().get("/signup").await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(r#"method="post" action="/signup""#));
    assert!(!page.text().contains("aria-invalid"));
}

#[tokio::test]
async fn signing_up_makes_an_account_and_logs_in() {
    let app = App::start().await;
    let browser = app.browser();
    let form = [
        ("name", "  Ann Lee "),
        ("email", " Ann@Example.com "),
        ("password", PASSWORD),
    ];
    let answer = browser.post("/signup", &form).await;

    assert_eq!(answer.location(), "/dashboard");
    assert!(
        browser
            .get("/dashboard")
            .await
            .text()
            .contains("Ann Lee</span>.")
    );
    let event = app.event("user_signed_up").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
    assert_eq!(event["signup_method"], "email");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_each_field_and_what_was_typed_is_kept() {
    let app = App::start().await;
    let browser = app.browser();
    let form = [("name", " "), ("email", "ann@"), ("password", "short77")];
    let answer = browser.post("/signup", &form).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(text.contains("Tell us what to call you."));
    assert!(text.contains("Write an e-mail address such as you@example.com."));
    assert!(text.contains("Use at least 8 characters."));
    assert!(text.contains(r#"value="ann@""#));
    assert!(
        !text.contains("short77"),
        "a password never stands in a page"
    );
    assert!(!browser.is_signed_in().await);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn names_emails_and_passwords_have_bounds() {
    let app = App::start().await;
    let long_name = "é".repeat(101);
    let long_email = format!("{}@example.com", "a".repeat(250));
    let long_password = "x".repeat(201);
    for (name, email, password) in [
        (long_name.as_str(), "ann@example.com", PASSWORD),
        ("A\0nn", "ann@example.com", PASSWORD),
        ("Ann", &long_email, PASSWORD),
        ("Ann", "a\0nn@example.com", PASSWORD),
        ("Ann", "ann@example.com\nbcc: eve@example.com", PASSWORD),
        ("Ann", "", PASSWORD),
        ("Ann", "ann@example.com", &long_password),
        ("Ann", "ann@example.com", ""),
    ] {
        let form = [("name", name), ("email", email), ("password", password)];
        let answer = app.browser().post("/signup", &form).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{name:?} {email:?}"
        );
    }
}

#[tokio::test]
async fn an_email_has_one_account_however_it_is_written() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let form = [
        ("name", "Eve"),
        ("email", "ANN@example.COM"),
        ("password", PASSWORD),
    ];
    let browser = app.browser();
    let answer = browser.post("/signup", &form).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .text()
            .contains("There is an account with this e-mail already.")
    );
    assert!(answer.text().contains(r#"value="ANN@example.COM""#));
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.events_named("user_signed_up").await.len(), 1);
}

#[tokio::test]
async fn two_sign_ups_at_once_make_one_account() {
    let app = App::start().await;
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let (first, second) = (app.browser(), app.browser());
    let (first, second) = tokio::join!(first.post("/signup", &form), second.post("/signup", &form));

    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    assert_eq!(app.events_named("$identify").await.len(), 1);
}

#[tokio::test]
async fn a_signed_in_user_who_signs_up_becomes_the_new_user() {
    let app = App::start().await;
    let browser = app.sign_up("Ann").await;
    browser.sign_up("Bob").await;

    assert!(
        browser
            .get("/profile")
            .await
            .text()
            .contains("bob@example.com")
    );
    let who: Vec<_> = app
        .events_named("$identify")
        .await
        .into_iter()
        .map(|event| (event.distinct_id.clone(), event["$set"]["name"].clone()))
        .collect();
    assert_eq!(
        who,
        [
            (app.user_id("Ann").await, json!("Ann")),
            (app.user_id("Bob").await, json!("Bob"))
        ]
    );
}
