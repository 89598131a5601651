//! `/profile`: the account and its name. The password is in `password.rs`.

use serde_json::json;

use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn it_shows_the_account_and_captures_the_view() {
    let (app, ann) = app_with_ann().await;
    let page = ann.page("/profile").await;
    let id = app.user_id(ANN).await;
    assert!(page.contains(ANN) && page.contains(&id));
    assert_eq!(app.event("profile_viewed").await.distinct_id, id);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
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
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_new_name_is_shown_and_becomes_a_property_of_the_person() {
    let (app, ann) = app_with_ann().await;
    let answer = ann.post("/profile", &[("name", " Ann\u{202e} Lee ")]).await;
    assert_eq!(answer.location(), "/profile");
    // A redirect shows no page, so the message is kept for the next page.
    ann.get("/").await;
    let page = ann.page("/profile").await;
    assert!(page.contains(">Ann Lee</h1>") && page.contains("Your profile was changed."));
    assert_hides(&ann.page("/profile").await, "Your profile was changed.");

    let id = app.user_id(ANN).await;
    let set = app.event("$set").await;
    assert_eq!(set.distinct_id, id);
    assert_eq!(set["$set"], json!({ "email": ANN, "name": "Ann Lee" }));
    assert_eq!(app.event("profile_updated").await.distinct_id, id);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_name_that_is_empty_too_long_or_unreadable_is_refused() {
    let (app, ann) = app_with_ann().await;
    let long = "é".repeat(101);
    for (name, message) in [
        (" ", "Tell us what to call you."),
        ("\u{115f}", "Tell us what to call you."),
        (&*long, "Use at most 100 characters."),
        ("A\u{7}nn", "Use letters, not control characters."),
    ] {
        assert_refused(&ann.post("/profile", &[("name", name)]).await, message);
    }
    assert_eq!(ann.post("/profile", &[]).await.status, 422);
    assert_shows(&ann.page("/profile").await, ">Ann</h1>");
    assert!(app.events_named("profile_updated").await.is_empty());
}
