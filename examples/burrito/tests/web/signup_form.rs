//! `/signup`: what the form asks for, and what it says.

use reqwest::StatusCode;

use crate::support::{Answer, App, Browser, PASSWORD, Person};

#[tokio::test]
async fn the_form_is_empty_at_first() {
    let app = App::start().await;
    let page = app.browser().get("/signup").await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(r#"method="post" action="/signup""#));
    assert!(!page.text().contains("aria-invalid"));
}

#[tokio::test]
async fn what_is_wrong_is_said_at_each_field_and_what_was_typed_is_kept() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = sign_up(&browser, " ", "ann@", "short77").await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(text.contains("Tell us what to call you."));
    assert!(text.contains("Write an e-mail address such as you@example.com."));
    assert!(text.contains("Use at least 8 characters."));
    assert!(text.contains(r#"value="ann@""#));
    assert!(!text.contains("short77"), "it never stands in a page");
    assert!(!browser.is_signed_in().await);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn the_first_field_that_is_wrong_has_the_focus() {
    let app = App::start().await;
    for (name, email, focused) in [
        ("", "ann@", "name"),
        ("Ann", "ann@", "email"),
        ("Ann", "ann@example.com", "password"),
    ] {
        let page = sign_up(&app.browser(), name, email, "short").await.text();
        let (before, _) = page.split_once("autofocus").unwrap();
        let (_, tag) = before.rsplit_once("<input").unwrap();
        assert!(tag.contains(&format!(r#"id="{focused}""#)), "{tag}");
    }
}

#[tokio::test]
async fn names_emails_and_passwords_have_bounds() {
    let app = App::start().await;
    let long_name = "é".repeat(101);
    let long_email = format!("{}@example.com", "a".repeat(250));
    let long_password = "x".repeat(201);
    for (name, email, password) in [
        (&*long_name, "ann@example.com", PASSWORD),
        ("Ann", &long_email, PASSWORD),
        ("Ann", "", PASSWORD),
        ("Ann", "ann@example.com", &long_password),
        ("Ann", "ann@example.com", ""),
    ] {
        let answer = sign_up(&app.browser(), name, email, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

async fn sign_up(browser: &Browser, name: &str, email: &str, password: &str) -> Answer {
    let form = [("name", name), ("email", email), ("password", password)];
    browser.post("/signup", &form).await
}
