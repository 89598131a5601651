//! Messages for the next page, which are kept in cookies.

use hoglet_web::session::model as session;
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::support::{Answer, App, Browser, People, Person};

const MESSAGE: &str = "Log in first, then try that again.";

async fn sessions(app: &App) -> u64 {
    session::Entity::find()
        .count(&app.web.database)
        .await
        .unwrap()
}

/// The cookies with messages that an answer sets.
fn flash_of(answer: &Answer) -> Vec<cookie::Cookie<'static>> {
    let mut cookies = answer.cookies();
    cookies.retain(|cookie| cookie.name().starts_with("flash-"));
    cookies
}

#[tokio::test]
async fn a_form_of_a_stranger_makes_no_row() {
    let app = App::start().await;
    for _ in 0..20 {
        let answer = app.browser().post("/card", &[("name", "Eve")]).await;
        assert_eq!(answer.location(), "/login");
        assert_eq!(flash_of(&answer).len(), 1);
    }
    assert_eq!(sessions(&app).await, 0);
}

#[tokio::test]
async fn a_message_is_shown_once_and_its_cookie_goes() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser.post("/card", &[("name", "Eve")]).await;
    let cookie = &flash_of(&answer)[0];
    assert_eq!(cookie.http_only(), Some(true));
    assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax));
    assert_eq!(cookie.path(), Some("/"));

    assert!(
        browser.head("/login").await.cookies().is_empty(),
        "nothing was seen"
    );
    let page = browser.get("/login").await;
    assert!(page.text().contains(MESSAGE));
    assert!(flash_of(&page)[0].max_age().unwrap().is_zero());
    assert!(!browser.get("/login").await.text().contains(MESSAGE));
}

#[tokio::test]
async fn messages_of_requests_at_once_are_all_shown_and_many_are_not_kept() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let (first, second) = tokio::join!(
        ann.post("/card", &[("name", "Anna")]),
        ann.post("/api/vote", &[("choice", "x")])
    );
    assert_eq!(
        (first.status, second.status),
        (StatusCode::SEE_OTHER, StatusCode::OK)
    );
    let html = crate::support::BROWSER;
    tokio::join!(
        ann.post("/card", &[("name", "Anna")]),
        ann.post_with("/api/vote", &[], html)
    );
    let page = ann.get("/lounge").await.text();
    assert!(page.contains("Your name was changed.") && page.contains("Your vote counts."));

    for _ in 0..30 {
        ann.post("/card", &[("name", "Anna")]).await;
    }
    let page = ann.get("/lounge").await.text();
    assert_eq!(page.matches("Your name was changed.").count(), 5);
}

#[tokio::test]
async fn a_message_that_was_tampered_with_or_belongs_to_another_cookie_is_none() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let visitor = browser.cookie("visitor").unwrap();
    let answer = browser.post("/card", &[]).await;
    let cookie = flash_of(&answer).remove(0);
    let plant = |value: &str| {
        let browser: Browser = app.browser();
        browser.set_cookie(cookie.name(), value);
        browser
    };
    for value in [
        "",
        "x",
        &cookie.value()[44..],
        &cookie.value()[1..],
        &visitor,
    ] {
        let page = plant(value).get("/login").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text().contains(MESSAGE), "{value}");
    }
    assert!(
        plant(cookie.value())
            .get("/login")
            .await
            .text()
            .contains(MESSAGE)
    );
}

#[tokio::test]
async fn a_log_out_and_another_users_log_in_take_waiting_messages_away() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post("/card", &[("name", "Anna")]).await;
    ann.log_out().await;
    assert!(!ann.get("/").await.text().contains("Your name was changed."));

    ann.log_in("Ann").await;
    ann.post("/card", &[("name", "Anna")]).await;
    app.sign_up("Bob").await;
    ann.log_in("Bob").await;
    assert!(
        !ann.get("/lounge")
            .await
            .text()
            .contains("Your name was changed.")
    );
}
