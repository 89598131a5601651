//! Without a mail server in production, the app offers nothing that needs mail. Everything else works.

use crate::support::*;

#[tokio::test]
async fn a_visitor_finds_no_form_that_needs_mail() {
    let app = App::with(&[("APP_ENV", "production")]).await;
    let browser = app.browser();
    for answer in [
        browser.get("/forgot-password").await,
        browser.ask_for(RESET, ANN).await,
        browser.ask_for(LOG_IN, ANN).await,
    ] {
        assert_eq!(answer.status, 404);
    }
    let page = browser.page("/login").await;
    assert!(!page.contains("/forgot-password") && !page.contains("/login-link"));
    // The command `user reset-link` makes links too.
    let gone = browser.get("/reset-password/x").await;
    assert_eq!(gone.status, 410);
    assert_hides(&gone.text(), "/forgot-password");
}

#[tokio::test]
async fn a_user_finds_no_form_that_needs_mail_and_no_job_sends_any() {
    let app = App::with(&[("APP_ENV", "production")]).await;
    let ann = app.sign_up(ANN).await;
    for path in [
        "/confirm-email",
        "/confirm-email/token",
        "/profile/email",
        "/profile/email/cancel",
    ] {
        assert_eq!(ann.post(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(ann.get("/confirm-email/token").await.status, 404);
    let page = ann.page("/profile").await;
    for offer in [
        "/confirm-email",
        "/profile/email",
        "/forgot-password",
        "confirmed",
    ] {
        assert_hides(&page, offer);
    }
    assert_shows(&page, ANN);
    assert_eq!(ann.get("/profile/sessions").await.status, 200);

    assert_eq!(ann.delete_account(PASSWORD).await.location(), "/");
    assert_eq!(app.count_rows("users").await, 0);
    let mut ran = app.run_jobs().await.into_iter();
    assert!(ran.all(|ran| !["send_confirmation", "send_notice"].contains(&&*ran.job)));
}
