//! Visitors at a page for users.

use reqwest::StatusCode;

use crate::support::{App, BROWSER, PASSWORD, People, RING};

#[tokio::test]
async fn a_visitor_who_needs_to_log_in_comes_back_to_the_page() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let turned_away = browser.get("/card?tab=1&x=%20").await;
    let log_in = "/login?next=%2Fcard%3Ftab%3D1%26x%3D%2520";
    assert_eq!(turned_away.location(), log_in);

    let page = browser.get(log_in).await.text();
    let next = r#"name="next" value="&#x2f;card?tab=1&amp;x=%20""#;
    assert!(page.contains(next), "{page}");
    let form = [
        ("email", "ann@example.com"),
        ("password", PASSWORD),
        ("next", "/card?tab=1&x=%20"),
    ];
    let answer = browser.post("/login", &form).await;
    assert_eq!(answer.location(), "/card?tab=1&x=%20");
}

#[tokio::test]
async fn a_visitor_who_sends_a_form_for_users_reads_why_it_was_not_taken() {
    let app = App::start().await;
    let browser = app.browser();
    let turned_away = browser.post("/card", &[("name", "Eve")]).await;

    assert_eq!(turned_away.location(), "/login");
    let page = browser.get("/login").await.text();
    assert!(page.contains("Log in first, then try that again."));
}

#[tokio::test]
async fn a_program_gets_a_401_and_a_browser_without_scripts_the_log_in() {
    let app = App::start().await;
    let answer = app.browser().post("/api/vote", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["success"], false);

    let answer = app.browser().post_with("/api/vote", &[], BROWSER).await;
    assert_eq!(answer.location(), "/login");
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn a_link_cannot_log_anybody_out_and_a_visitors_session_outlives_a_log_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.get("/logout").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "POST");
    assert_eq!(ann.get("/card").await.status, StatusCode::OK);

    let visitor = app.browser();
    visitor.post(RING, &[]).await;
    visitor.post("/logout", &[]).await;
    assert_eq!(visitor.post(RING, &[]).await.json()["count"], 2);
    assert!(app.events_named("member_logged_out").await.is_empty());
}

#[tokio::test]
async fn logging_out_ends_the_session_in_every_copy_of_the_cookie() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let copy = ann.copy();
    ann.post("/logout", &[]).await;

    assert_eq!(ann.cookie("session"), None);
    assert_eq!(copy.get("/card").await.location(), "/login?next=%2Fcard");
    let event = app.event("member_logged_out").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}
