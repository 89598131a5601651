//! The events of a user, from the first visit on. Other tests check single events with their pages.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::*;

/// Ann signs up, uses her profile, leaves, mistypes her password, comes back.
async fn story(app: &App) -> Vec<Event> {
    let browser = app.sign_up(ANN).await;
    browser.post("/profile", &[("name", "Ann Lee")]).await;
    browser.get("/profile").await;
    browser.log_out().await;
    browser.try_log_in(ANN, "wrong").await;
    browser.log_in(ANN).await;
    app.events().await
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn the_events_of_a_user_have_the_names_of_the_tracking_plan() {
    let app = App::start().await;
    let names: Vec<_> = story(&app)
        .await
        .into_iter()
        .map(|event| event.name)
        .collect();
    assert_snapshot!(names.join("\n"), @r"
    $identify
    user_signed_up
    $set
    profile_updated
    profile_viewed
    user_logged_out
    user_login_failed
    $identify
    user_logged_in
    ");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn only_the_person_has_the_address_and_the_name() {
    let app = App::start().await;
    for mut event in story(&app).await {
        event.properties.remove("$set");
        let properties = Value::from(event.properties).to_string();
        for personal in [ANN, "Ann Lee", PASSWORD] {
            assert!(
                !properties.contains(personal),
                "{}: {properties}",
                event.name
            );
        }
    }
}
