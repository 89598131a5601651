//! `/profile`: the account and its name. Its password is in `password.rs`.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, People};

#[tokio::test]
async fn it_shows_the_account_and_a_look_at_it_is_an_event() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/profile").await.text();

    let id = app.user_id("Ann").await;
    assert!(page.contains("ann@example.com") && page.contains(&id));
    assert_eq!(app.event("profile_viewed").await.distinct_id, id);
}

#[tokio::test]
async fn it_is_for_users() {
    let app = App::start().await;
    let browser = app.browser();

    let answer = browser.get("/profile").await;
    assert_eq!(answer.location(), "/login?next=%2Fprofile");
    let answer = browser.post("/profile", &[("name", "Eve")]).await;
    assert_eq!(answer.location(), "/login");
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn a_new_name_is_shown_and_told_to_posthog() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.post("/profile", &[("name", " Ann Lee ")]).await;
    assert_eq!(answer.location(), "/profile");
    let page = ann.get("/profile").await.text();
    assert!(page.contains(">Ann Lee</h1>"));

    let id = app.user_id("Ann").await;
    let set = app.event("$set").await;
    assert_eq!(set.distinct_id, id);
    let person = json!({ "email": "ann@example.com", "name": "Ann Lee" });
    assert_eq!(set["$set"], person);
    assert_eq!(app.event("profile_updated").await.distinct_id, id);
}

#[tokio::test]
async fn what_was_changed_is_said_once_on_the_next_page() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post("/profile", &[("name", "Ann Lee")]).await;
    // A redirect shows nothing, so the message waits.
    assert_eq!(ann.get("/").await.status, StatusCode::SEE_OTHER);

    let message = "Your name was changed.";
    assert!(ann.get("/profile").await.text().contains(message));
    assert!(!ann.get("/profile").await.text().contains(message));
}

#[tokio::test]
async fn a_name_that_is_none_is_refused() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let long = "é".repeat(101);
    for (name, message) in [
        (" ", "Tell us what to call you."),
        (&*long, "Use at most 100 characters."),
        ("A\u{7}nn", "Use letters, not control characters."),
    ] {
        let answer = ann.post("/profile", &[("name", name)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(message), "{name:?}");
    }
    let answer = ann.post("/profile", &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

    assert!(ann.get("/profile").await.text().contains(">Ann</h1>"));
    assert!(app.events_named("profile_updated").await.is_empty());
}
