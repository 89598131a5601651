//! Accounts that a stranger has prepared with somebody else's address: nothing of it is left once the
//! owner of the address comes.

use app::routes::next::AFTER_LOG_IN;
use reqwest::StatusCode;

use crate::links::{LOG_IN, NEW, RESET, follow, link_for};
use crate::support::{App, PASSWORD, People, Person};

#[tokio::test]
async fn a_login_link_ends_what_the_stranger_has() {
    let app = App::start().await;
    let stranger = app.sign_up("Ann").await;
    let reset = link_for(&app, RESET, "Ann").await;
    let link = link_for(&app, LOG_IN, "Ann").await;
    let ann = app.browser();
    assert_eq!(follow(&ann, &link).await.location(), AFTER_LOG_IN);

    let page = ann.get("/profile").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("and your address is confirmed"));
    assert!(!stranger.is_signed_in().await);
    assert_eq!(stranger.get(&reset).await.status, StatusCode::GONE);
    let again = stranger.try_log_in("ann@example.com", PASSWORD).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let confirmed = app.event("email_confirmed").await;
    assert_eq!(confirmed.distinct_id, app.user_id("Ann").await);

    // The way to a password of her own.
    let reset = link_for(&app, RESET, "Ann").await;
    follow(&ann, &reset).await;
    let new = app.browser().try_log_in("ann@example.com", NEW).await;
    assert_eq!(new.status, StatusCode::SEE_OTHER);
    app.event("email_confirmed").await;
}

#[tokio::test]
async fn a_reset_does_too() {
    let app = App::start().await;
    let stranger = app.sign_up("Ann").await;
    let log_in = link_for(&app, LOG_IN, "Ann").await;
    let link = link_for(&app, RESET, "Ann").await;
    let ann = app.browser();
    assert_eq!(follow(&ann, &link).await.location(), AFTER_LOG_IN);

    assert!(ann.is_signed_in().await && !stranger.is_signed_in().await);
    assert_eq!(stranger.get(&log_in).await.status, StatusCode::GONE);
    let again = stranger.try_log_in("ann@example.com", PASSWORD).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    app.event("email_confirmed").await;
}

#[tokio::test]
async fn what_the_stranger_has_typed_stands_in_no_mail() {
    let app = App::start().await;
    let browser = app.browser();
    let form = [
        ("name", "Buy at evil.example"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    browser.post("/signup", &form).await;
    let form = [
        ("current_password", PASSWORD),
        ("new_password", "my second sentence"),
    ];
    browser.post("/profile/password", &form).await;
    for kind in [LOG_IN, RESET] {
        let form = [("email", "ann@example.com"), ("next", "/evil.example")];
        browser.post(kind.form, &form).await;
    }
    app.run_jobs().await;
    for mail in app.mails().await {
        let whole = format!("{mail:?}");
        assert!(!whole.contains("evil.example"), "{whole}");
        assert_ne!(mail.subject, "Your password was changed", "anybody's mail");
    }
}
