//! `/profile`

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{App, PASSWORD, People, Person, email_of};

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

    assert_eq!(
        browser.get("/profile").await.location(),
        "/login?next=%2Fprofile"
    );
    // A post cannot be repeated by going to its address.
    let answer = browser.post("/profile", &[("name", "Eve")]).await;
    assert_eq!(answer.location(), "/login");
}

#[tokio::test]
async fn a_new_name_is_shown_and_told_to_posthog() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.post("/profile", &[("name", " Ann Lee ")]).await;
    assert_eq!(answer.location(), "/profile");

    let page = ann.get("/profile").await.text();
    assert!(page.contains(">Ann Lee</h1>"));
    assert!(page.contains("Your name was changed."));
    let again = ann.get("/profile").await.text();
    assert!(!again.contains("Your name was changed."), "it is said once");

    let id = app.user_id("Ann").await;
    let set = app.event("$set").await;
    assert_eq!(set.distinct_id, id);
    let person = json!({ "email": "ann@example.com", "name": "Ann Lee" });
    assert_eq!(set["$set"], person);
    let updated = app.event("profile_updated").await;
    assert_eq!(updated.distinct_id, id);
    assert!(!format!("{updated:?}").contains("Ann Lee"));
}

#[tokio::test]
async fn a_message_waits_for_the_next_page_that_is_shown() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post("/profile", &[("name", "Ann Lee")]).await;
    // A redirect and an answer in JSON show nothing.
    assert_eq!(ann.get("/").await.location(), "/dashboard");
    ann.post("/api/burrito/consider", &[]).await;
    ann.get("/nowhere").await;

    let page = ann.get("/dashboard").await.text();
    assert!(page.contains("Your name was changed."));
}

#[tokio::test]
async fn a_name_that_is_none_is_refused() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let long = "x".repeat(101);
    for (form, message) in [
        (&[("name", " ")][..], "Tell us what to call you."),
        (&[("name", &long)], "Use at most 100 characters."),
        (
            &[("name", "A\u{7}nn")],
            "Use letters, not control characters.",
        ),
        (&[], "Tell us what to call you."),
    ] {
        let answer = ann.post("/profile", form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(message), "{form:?}");
    }
    assert!(ann.get("/profile").await.text().contains(">Ann</h1>"));
    assert!(app.events_named("profile_updated").await.is_empty());
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_of_the_user() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let bob = app.sign_up("Bob").await;

    let form = [
        ("current_password", PASSWORD),
        ("new_password", "another sentence"),
    ];
    assert_eq!(ann.post("/profile", &form).await.location(), "/profile");
    assert!(ann.is_signed_in().await, "this one goes on");
    assert!(!phone.is_signed_in().await);
    assert!(bob.is_signed_in().await);

    let log_in = async |password| {
        let form = [("email", &*email_of("Ann")), ("password", password)];
        app.browser().post("/login", &form).await.status
    };
    assert_eq!(log_in(PASSWORD).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(log_in("another sentence").await, StatusCode::SEE_OTHER);
    app.event("profile_updated").await;
}

#[tokio::test]
async fn a_password_is_changed_only_by_who_knows_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    for (current, new, message) in [
        (
            "wrong",
            "another sentence",
            "This is not your current password.",
        ),
        ("", "another sentence", "This is not your current password."),
        (PASSWORD, "short", "Use at least 8 characters."),
    ] {
        let form = [("current_password", current), ("new_password", new)];
        let answer = ann.post("/profile", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(message));
        assert!(!answer.text().contains(new));
    }
    let form = [("new_password", "another sentence")];
    assert_eq!(ann.post("/profile", &form).await.status, 422);

    assert!(phone.is_signed_in().await);
    assert!(app.events_named("profile_updated").await.is_empty());
}

#[tokio::test]
async fn a_log_in_with_the_old_password_does_not_outlive_its_change() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let changed = Arc::new(AtomicBool::new(false));
    let mut log_ins = JoinSet::new();
    for _ in 0..4 {
        let (app_url, changed) = (app.browser(), changed.clone());
        log_ins.spawn(async move {
            let mut browsers = Vec::new();
            while !changed.load(Ordering::Relaxed) {
                let browser = app_url.copy();
                let form = [("email", &*email_of("Ann")), ("password", PASSWORD)];
                browser.post("/login", &form).await;
                browsers.push(browser);
            }
            browsers
        });
    }
    let form = [
        ("current_password", PASSWORD),
        ("new_password", "another sentence"),
    ];
    assert_eq!(ann.post("/profile", &form).await.location(), "/profile");
    changed.store(true, Ordering::Relaxed);

    let browsers: Vec<_> = log_ins.join_all().await.into_iter().flatten().collect();
    assert!(browsers.len() >= 4, "{}", browsers.len());
    for browser in browsers {
        assert!(!browser.is_signed_in().await);
    }
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn who_got_hold_of_a_session_cannot_guess_the_password_with_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let mut statuses = Vec::new();
    for guess in ["1", "2", "3", "4", "5", "6", PASSWORD] {
        let form = [
            ("current_password", guess),
            ("new_password", "another sentence"),
        ];
        statuses.push(ann.post("/profile", &form).await.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
    let form = [("current_password", "7"), ("new_password", "another one")];
    let page = ann.post("/profile", &form).await;
    assert!(page.text().contains("Too many log-ins have failed."));
    assert!(page.text().contains(">Ann</h1>"), "the page is kept");
    // What needs no password goes on.
    let answer = ann.post("/profile", &[("name", "Ann Lee")]).await;
    assert_eq!(answer.location(), "/profile");
}
