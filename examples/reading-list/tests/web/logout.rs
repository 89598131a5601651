//! `/logout`

use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn logging_out_ends_the_session_and_the_next_visitor_is_another_one() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let visitor = browser.visitor_id();
    browser.sign_up(ANN).await;
    let thief = browser.copy();
    browser.log_out().await;

    assert!(!browser.is_signed_in().await && !thief.is_signed_in().await);
    assert_ne!(browser.visitor_id(), visitor);
    let event = app.event("user_logged_out").await;
    assert_eq!(event.distinct_id, app.user_id(ANN).await);
}

#[tokio::test]
async fn a_link_cannot_log_a_user_out() {
    let (_app, ann) = app_with_ann().await;
    assert_eq!(ann.get("/logout").await.status, 405);
    assert!(ann.is_signed_in().await);
}
