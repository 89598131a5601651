//! `/logout`

use reqwest::StatusCode;

use crate::support::{App, People, Person};

#[tokio::test]
async fn logging_out_ends_the_session_for_whoever_holds_its_cookie() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let copy = ann.copy();
    ann.log_out().await;

    assert!(!ann.is_signed_in().await);
    assert!(!copy.is_signed_in().await);
    let event = app.event("user_logged_out").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}

#[tokio::test]
async fn whoever_comes_next_is_somebody_else() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let before = browser.visitor_id();
    browser.sign_up("Ann").await;
    browser.log_out().await;

    browser.get("/").await;
    assert_ne!(browser.visitor_id(), before);
}

#[tokio::test]
async fn a_visitor_is_sent_home_without_an_event() {
    let app = App::start().await;
    app.browser().log_out().await;

    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn a_link_cannot_log_anybody_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.get("/logout").await;

    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn sent_from_many_tabs_at_once_it_happens_once() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let tabs = (0..6).map(|_| {
        let tab = ann.copy();
        tokio::spawn(async move { tab.post("/logout", &[]).await.status })
    });
    for sent in tabs.collect::<Vec<_>>() {
        assert_eq!(sent.await.unwrap(), StatusCode::SEE_OTHER);
    }
    let event = app.event("user_logged_out").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}
