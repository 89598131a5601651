//! `/profile/email`: an account gets another address once it is confirmed.

use serde_json::json;

use crate::support::*;

const TYPO: &str = "typo@example.com";

/// Whether the profile shows a new address that is not confirmed yet.
async fn is_waiting(browser: &Browser) -> bool {
    let page = browser.page("/profile").await;
    let is_waiting = page.contains("open the link that we sent there");
    assert_eq!(
        page.contains(r#"action="/profile/email/cancel""#),
        is_waiting
    );
    is_waiting
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn the_address_changes_when_the_new_one_is_confirmed() {
    let (app, ann) = app_with_ann().await;
    app.confirm(ANN).await;
    let reset = app.link(RESET, ANN).await;
    assert_eq!(
        ann.change_email(" Lee@Example.com ").await.location(),
        "/profile"
    );
    let link = app.link_to(LEE, CONFIRM).await;
    let notice = "A change of your e-mail address was requested";
    assert_eq!(app.subjects_to(ANN).await.last().unwrap(), notice);
    let page = ann.page("/profile").await;
    assert!(page.contains(ANN) && page.contains(LEE) && is_waiting(&ann).await);

    // A mail scanner opens the link in the new mailbox.
    app.browser().get(&link).await;
    assert_shows(&ann.page("/profile").await, ANN);

    assert_shows(&ann.page(&link).await, LEE);
    assert_eq!(ann.post(&link, &[]).await.location(), "/profile");
    let page = ann.page("/profile").await;
    assert!(page.contains("Your e-mail address was changed.") && !page.contains(ANN));
    assert_shows(&page, ", confirmed");
    let subjects = app.subjects_to(ANN).await;
    assert_eq!(subjects.last().unwrap(), "Your e-mail address was changed");
    for used in [&reset, &link] {
        assert_gone(&app, used).await;
    }

    let set = app.event("$set").await;
    assert_eq!(set["$set"], json!({ "email": LEE, "name": "Ann" }));
    assert_eq!(
        app.event("email_changed").await.distinct_id,
        set.distinct_id
    );
    assert!(!app.accepts(ANN, PASSWORD).await);
    assert!(app.accepts(LEE, PASSWORD).await);
}

#[tokio::test]
async fn it_takes_the_password_and_an_address_without_an_account() {
    let (app, ann) = app_with_ann().await;
    app.sign_up(BOB).await;
    for (email, password, message) in [
        (LEE, "wrong", "This is not your current password."),
        (LEE, "", "This is not your current password."),
        (
            "lee@",
            PASSWORD,
            "Enter an e-mail address such as you@example.com.",
        ),
        (ANN, PASSWORD, "This is your address already."),
        (BOB, PASSWORD, "This e-mail address already has an account."),
    ] {
        let form = [("email", email), ("current_password", password)];
        let answer = ann.post("/profile/email", &form).await;
        assert_refused(&answer, message);
        let page = answer.text();
        assert_shows(&page, &format!(r#"value="{email}""#));
        assert_eq!(page.matches("aria-invalid").count(), 1, "{page}");
    }
    assert!(app.mails_to(LEE).await.is_empty());
}

#[tokio::test]
async fn the_owner_of_a_mistyped_address_gets_no_account() {
    let (app, ann) = app_with_ann().await;
    ann.change_email(TYPO).await;
    let link = app.link_to(TYPO, CONFIRM).await;
    let owner = app.browser();
    let page = owner.page(&link).await;
    assert!(page.contains(r#"type="password""#) && !page.contains(ANN));
    assert_eq!(owner.post(&link, &[("password", "mine")]).await.status, 422);
    assert!(!owner.is_signed_in().await);
    assert_shows(&ann.page("/profile").await, ANN);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn an_address_that_somebody_took_in_the_meantime_changes_nothing() {
    let (app, ann) = app_with_ann().await;
    ann.change_email(LEE).await;
    let link = app.link_to(LEE, CONFIRM).await;
    assert!(is_waiting(&ann).await);
    app.sign_up(LEE).await;
    assert!(!is_waiting(&ann).await);

    assert_eq!(ann.post(&link, &[]).await.status, 422);
    assert_shows(&ann.page("/profile").await, ANN);
    assert!(app.events_named("email_changed").await.is_empty());
    let subjects = app.subjects_to(ANN).await;
    assert!(!subjects.contains(&"Your e-mail address was changed".to_owned()));
}

#[tokio::test]
async fn only_the_newest_request_counts_and_it_expires() {
    let (app, ann) = app_with_ann().await;
    ann.change_email(TYPO).await;
    let first = app.link_to(TYPO, CONFIRM).await;
    let late = "late@example.com";
    ann.change_email(late).await;
    ann.change_email(LEE).await;
    let second = app.link_to(LEE, CONFIRM).await;
    assert!(
        app.mails_to(late).await.is_empty(),
        "its job ran after the next request"
    );
    assert_gone(&app, &first).await;
    assert_hides(&ann.page("/profile").await, TYPO);

    app.let_time_pass(24 * HOUR).await;
    assert_gone(&app, &second).await;
    assert!(!is_waiting(&app.log_in(ANN).await).await);
}

#[tokio::test]
async fn a_request_can_be_cancelled_before_its_mail_is_sent_and_after() {
    let (app, ann) = app_with_ann().await;
    for is_sent in [false, true] {
        ann.change_email(LEE).await;
        if is_sent {
            app.run_jobs().await;
        }
        assert!(is_waiting(&ann).await);
        let answer = ann.post("/profile/email/cancel", &[]).await;
        assert_eq!(answer.location(), "/profile");
        assert!(!is_waiting(&ann).await);
        assert_eq!(app.mails_to(LEE).await.len(), usize::from(is_sent));
    }
    assert_gone(&app, &app.link_to(LEE, CONFIRM).await).await;
    // Without a request there is nothing to cancel.
    let answer = ann.post("/profile/email/cancel", &[]).await;
    assert_eq!(answer.location(), "/profile");
    let visitor = app.browser().post("/profile/email/cancel", &[]).await;
    assert_eq!(visitor.location(), "/login");
}
