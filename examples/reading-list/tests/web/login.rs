//! `/login`

use crate::support::*;

#[tokio::test]
async fn a_visitor_gets_the_form_and_a_user_is_sent_on() {
    let (app, ann) = app_with_ann().await;
    let page = app.browser().page("/login").await;
    assert_shows(&page, "<h1>Log in</h1>");
    assert_shows(&page, r#"method="post" action="/login""#);
    assert_shows(&page, r#"formaction="/login-link" formnovalidate"#);
    assert_shows(&page, r#"<a href="/forgot-password">"#);
    assert_shows(&page, r#"<a href="/signup">"#);
    for path in ["/login", "/login?next=%2Fprofile"] {
        assert_eq!(ann.get(path).await.location(), AFTER_LOG_IN);
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn the_right_password_logs_in() {
    let (app, _) = app_with_ann().await;
    let browser = app.browser();
    let answer = browser.try_log_in(" ANN@example.com ", PASSWORD).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert!(browser.is_signed_in().await);

    let event = app.event("user_logged_in").await;
    assert_eq!(event.distinct_id, app.user_id(ANN).await);
    assert_eq!(event["login_method"], "email");
}

#[tokio::test]
async fn only_the_password_form_can_remember_the_user() {
    let (app, _) = app_with_ann().await;
    let form = [("email", ANN), ("remember", "true")];
    let answer = app.browser().post("/login", &form).await;
    assert_refused(&answer, r#"value="true" checked"#);

    let form = [form[0], form[1], ("password", PASSWORD)];
    let link = app.link(LOG_IN, ANN).await;
    for (path, is_remembered) in [("/login", true), (&*link, false)] {
        let answer = app.browser().post(path, &form).await;
        let mut cookies = answer.cookies().into_iter();
        let session = cookies.find(|cookie| cookie.name() == "session");
        assert_eq!(session.unwrap().max_age().is_some(), is_remembered);
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let (app, _) = app_with_ann().await;
    for email in [ANN, LEE, "", "no e-mail"] {
        let browser = app.browser();
        let answer = browser.try_log_in(email, "wrong-password").await;
        assert_refused(&answer, "Wrong e-mail or password.");
        let page = answer.text();
        assert_shows(&page, &format!(r#"value="{email}""#));
        assert_hides(&page, "aria-invalid");
        assert_hides(&page, "wrong-password");
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_failed_log_in_is_an_event_of_the_visitor_without_address_and_password() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    browser.try_log_in(ANN, "wrong-password").await;

    let event = app.event("user_login_failed").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
    assert_hides(&format!("{event:?}"), ANN);
    assert_hides(&format!("{event:?}"), "wrong-password");
}
