//! What PostHog is told of a user, from the first visit on. Single events are tested with their pages.

use serde_json::{Value, json};

use crate::support::{App, Event, PASSWORD, People, Person, email_of};

#[tokio::test]
async fn a_users_story_is_told_in_the_words_of_the_tracking_plan() {
    let app = App::start().await;
    let story = story(&app).await;
    let told: Vec<_> = story.into_iter().map(|event| event.name).collect();
    assert_eq!(
        told,
        [
            "$identify",
            "user_signed_up",
            "$set",
            "profile_updated",
            "profile_viewed",
            "user_logged_out",
            "user_login_failed",
            "$identify",
            "user_logged_in",
        ]
    );
}

#[tokio::test]
async fn a_visitor_who_signs_up_becomes_the_user() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let visitor = browser.visitor_id();
    browser.sign_up("Ann").await;

    let identify = app.event("$identify").await;
    assert_eq!(identify.distinct_id, app.user_id("Ann").await);
    assert_eq!(identify["$anon_distinct_id"], visitor);
    let person = json!({ "email": "ann@example.com", "name": "Ann" });
    assert_eq!(identify["$set"], person);
}

#[tokio::test]
async fn email_and_name_are_the_persons_and_no_events() {
    let app = App::start().await;
    for mut event in story(&app).await {
        event.properties.remove("$set");
        let text = Value::from(event.properties).to_string();
        for personal in ["ann@example.com", "Ann Lee", PASSWORD] {
            assert!(!text.contains(personal), "{}: {text}", event.name);
        }
    }
}

/// Ann signs up, changes her name, looks at her profile, leaves and comes back.
async fn story(app: &App) -> Vec<Event> {
    let browser = app.browser();
    browser.sign_up("Ann").await;
    browser.post("/profile", &[("name", "Ann Lee")]).await;
    browser.get("/profile").await;
    browser.log_out().await;
    browser.try_log_in(&email_of("Ann"), "wrong").await;
    browser.log_in("Ann").await;
    app.events().await
}
