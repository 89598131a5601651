//! Account pre-hijacking: a stranger signs up with another person's address.
//!
//! As soon as the owner of the address uses a link, the stranger loses all access.

use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn the_owner_cannot_confirm_the_account_of_a_stranger_by_mistake() {
    let (app, stranger) = app_with_ann().await;
    let link = app.link_to(ANN, CONFIRM).await;
    let owner = app.browser();
    assert_shows(&owner.page(&link).await, r#"type="password""#);
    for (password, message) in [
        ("", "Enter the password of the account."),
        ("mine", "This is not the password of the account."),
    ] {
        let answer = owner.post(&link, &[("password", password)]).await;
        assert_refused(&answer, message);
    }
    assert!(!owner.is_signed_in().await);
    assert!(stranger.is_signed_in().await);
    assert!(app.events_named("email_confirmed").await.is_empty());
    assert_eq!(app.events_named("user_login_failed").await.len(), 2);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_link_of_the_owner_ends_every_access_of_the_stranger() {
    for (owners, strangers) in [(LOG_IN, RESET), (RESET, LOG_IN)] {
        let (app, stranger) = app_with_ann().await;
        let prepared = app.link(strangers, ANN).await;
        let link = app.link(owners, ANN).await;
        let owner = app.browser();
        assert_eq!(owner.follow(&link).await.location(), AFTER_LOG_IN);

        assert!(owner.is_signed_in().await);
        assert!(!stranger.is_signed_in().await);
        assert_gone(&app, &prepared).await;
        assert_eq!(stranger.try_log_in(ANN, PASSWORD).await.status, 422);
        let confirmed = app.event("email_confirmed").await;
        assert_eq!(confirmed.distinct_id, app.user_id(ANN).await);

        // The owner can choose a password.
        owner.follow(&app.link(RESET, ANN).await).await;
        assert!(app.accepts(ANN, NEW_PASSWORD).await);
    }
}

#[tokio::test]
async fn no_mail_contains_what_the_stranger_typed() {
    let app = App::start().await;
    let browser = app.browser();
    browser
        .try_sign_up("Buy at evil.example", ANN, PASSWORD)
        .await;
    browser.change_password(PASSWORD, NEW_PASSWORD).await;
    for kind in [LOG_IN, RESET] {
        let form = [("email", ANN), ("next", "/evil.example")];
        browser.post(kind.form, &form).await;
    }
    for mail in app.mails().await {
        assert!(!format!("{mail:?}").contains("evil.example"), "{mail:?}");
        assert_ne!(mail.subject, "Your password was changed");
    }
}

#[tokio::test]
async fn an_address_that_was_never_confirmed_gets_no_notice_about_the_account() {
    let (app, stranger) = app_with_ann().await;
    app.run_jobs().await;
    stranger.change_email(LEE).await;
    stranger.delete_account(PASSWORD).await;
    let subjects = app.subjects_to(ANN).await;
    let is_notice = |subject: &String| subject.contains("change") || subject.contains("deleted");
    assert!(!subjects.iter().any(is_notice), "{subjects:?}");
}
