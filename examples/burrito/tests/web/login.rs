//! `/login`

use app::routes::next::AFTER_LOG_IN;
use reqwest::StatusCode;

use crate::support::{App, PASSWORD, People, Person, email_of};

#[tokio::test]
async fn it_is_a_page_of_its_own() {
    let app = App::start().await;
    let page = app.browser().get("/login").await;

    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("<h1>Log in</h1>"));
    assert!(text.contains(r#"method="post" action="/login""#));
    assert!(text.contains(r#"name="email""#) && text.contains(r#"name="password""#));
    assert!(text.contains(r#"<a href="/signup">"#));
}

#[tokio::test]
async fn who_is_signed_in_needs_no_log_in() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for path in ["/login", "/login?next=%2Fprofile"] {
        assert_eq!(ann.get(path).await.location(), AFTER_LOG_IN);
    }
}

#[tokio::test]
async fn the_right_pair_begins_a_session() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let answer = browser.try_log_in(" ANN@example.com ", PASSWORD).await;

    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert!(browser.is_signed_in().await);
    let event = app.event("user_logged_in").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
    assert_eq!(event["login_method"], "email");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_are_told_the_same() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for email in ["ann@example.com", "nobody@example.com", "", "no e-mail"] {
        let browser = app.browser();
        let answer = browser.try_log_in(email, "wrong-password").await;

        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains("Wrong e-mail or password."), "{email}");
        assert!(page.contains(&format!(r#"value="{email}""#)), "it is kept");
        assert!(!page.contains("aria-invalid"), "no field is pointed at");
        assert!(
            !page.contains("wrong-password"),
            "it never stands in a page"
        );
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_failure_is_the_visitors_event_and_tells_neither_half() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    browser
        .try_log_in("ann@example.com", "wrong-password")
        .await;

    let event = app.event("user_login_failed").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
    let event = format!("{event:?}");
    assert!(!event.contains("ann@example.com") && !event.contains("wrong-password"));
}

#[tokio::test]
async fn who_logs_in_as_somebody_else_leaves_the_first_session_behind() {
    let app = App::start().await;
    app.sign_up("Bob").await;
    let browser = app.sign_up("Ann").await;
    let anns = browser.copy();
    browser.log_in("Bob").await;

    let profile = browser.get("/profile").await;
    assert!(profile.text().contains(&email_of("Bob")));
    assert!(!anns.is_signed_in().await);
}
