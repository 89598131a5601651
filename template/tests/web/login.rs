//! `/login`

use crate::support::*;

#[tokio::test]
async fn a_visitor_gets_the_form_and_a_user_is_sent_on() {
    let app = App::start().await;
    let page = app.browser().page("/login").await;
    assert!(page.contains("<h1>Log in</h1>"));
    assert!(page.contains(r#"method="post" action="/login""#));
    assert!(page.contains(r#"<a href="/signup">"#));

    let ann = app.sign_up(ANN).await;
    for path in ["/login", "/login?next=%2Fprofile"] {
        assert_eq!(ann.get(path).await.location(), AFTER_LOG_IN);
    }
}

#[tokio::test]
async fn the_right_password_logs_in() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    let browser = app.browser();
    let answer = browser.try_log_in(" ANN@example.com ", PASSWORD).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert!(browser.is_signed_in().await);

    let event = app.event("user_logged_in").await;
    assert_eq!(event.distinct_id, app.user_id(ANN).await);
    assert_eq!(event["login_method"], "email");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    for email in [ANN, LEE, "", "no e-mail"] {
        let browser = app.browser();
        let answer = browser.try_log_in(email, "wrong-password").await;
        assert_refused(&answer, "Wrong e-mail or password.");
        let page = answer.text();
        assert!(page.contains(&format!(r#"value="{email}""#)), "it is kept");
        assert!(!page.contains("aria-invalid"), "no field is marked");
        assert!(!page.contains("wrong-password"), "no page shows a password");
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_failed_log_in_is_an_event_of_the_visitor_without_address_and_password() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    browser.try_log_in(ANN, "wrong-password").await;

    let event = app.event("user_login_failed").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
    let event = format!("{event:?}");
    assert!(!event.contains(ANN) && !event.contains("wrong-password"));
}

#[tokio::test]
async fn logging_in_as_another_user_ends_the_first_session() {
    let app = App::start().await;
    app.sign_up(BOB).await;
    let browser = app.sign_up(ANN).await;
    let anns = browser.copy();
    browser.log_in(BOB).await;

    assert!(browser.page("/profile").await.contains(BOB));
    assert!(!anns.is_signed_in().await);
}
