//! `/signup`

use app::accounts::SIGN_UP;
use hoglet_web::email::Email;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, PASSWORD, People, Person};

#[tokio::test]
async fn sign_ups_are_throttled_by_address_and_by_account() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let sign_up = async |email: &str, address: &str| {
        let form = [("name", "Bob"), ("email", email), ("password", PASSWORD)];
        let from = [("x-forwarded-for", address)];
        app.browser().post_with("/signup", &form, &from).await
    };
    for n in 0..300 {
        let email = format!("{n}@example.com");
        let database = &app.web.database;
        let recorded = SIGN_UP
            .record(database, &Email::normalized(&email), "192.0.2.1")
            .await;
        recorded.unwrap();
    }
    let answer = sign_up("bob@example.com", "192.0.2.1").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(answer.header("retry-after"), "");
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.location(), "/dashboard");

    // Who asks for one account again and again does not learn more than it has said.
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..18 {
        let database = &app.web.database;
        let bob = "bob@example.com";
        let recorded = SIGN_UP
            .record(database, &Email::normalized(bob), "192.0.2.2")
            .await;
        recorded.unwrap();
    }
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(app.events_named("user_signed_up").await.len(), 1);
}

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
async fn it_goes_on_to_where_the_visitor_wanted_to_go() {
    let app = App::start().await;
    let browser = app.browser();
    let page = browser.get("/signup?next=%2Fprofile%3Fa%3D1%26b").await;
    let next = r#"name="next" value="&#x2f;profile?a=1&amp;b""#;
    assert!(page.text().contains(next), "{}", page.text());

    let sign_up = async |password, next| {
        let form = [
            ("name", "Ann"),
            ("email", "ann@example.com"),
            ("password", password),
            ("next", next),
        ];
        browser.post("/signup", &form).await
    };
    let refused = sign_up("short", "/profile?a=1&b").await;
    assert!(refused.text().contains(next), "a mistake does not lose it");
    let log_in = r#"href="/login?next=&#x2f;profile%3Fa%3D1%26b""#;
    assert!(refused.text().contains(log_in), "{}", refused.text());
    let done = sign_up(PASSWORD, "/profile?a=1&b").await;
    assert_eq!(done.location(), "/profile?a=1&b");
}

#[tokio::test]
async fn it_goes_nowhere_else() {
    let app = App::start().await;
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
        ("next", "//evil.example"),
    ];
    let answer = app.browser().post("/signup", &form).await;
    assert_eq!(answer.location(), "/dashboard");
}

#[tokio::test]
async fn the_first_field_that_is_wrong_has_the_focus() {
    let app = App::start().await;
    for (name, email, password, focused) in [
        ("", "ann@", "short", "name"),
        ("Ann", "ann@", "short", "email"),
        ("Ann", "ann@example.com", "short", "password"),
    ] {
        let form = [("name", name), ("email", email), ("password", password)];
        let page = app.browser().post("/signup", &form).await.text();
        assert_eq!(page.matches("autofocus").count(), 1, "{page}");
        let (before, _) = page.split_once("autofocus").unwrap();
        let (_, tag) = before.rsplit_once("<input").unwrap();
        assert!(tag.contains(&format!(r#"id="{focused}""#)), "{tag}");
    }
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
            .contains("This e-mail already has an account.")
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
