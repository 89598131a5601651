//! `/login-link`

use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn it_logs_in_and_leaves_the_account_as_it_is() {
    let (app, ann) = app_with_ann().await;
    app.confirm(ANN).await;
    let link = app.link(LOG_IN, ANN).await;
    let phone = app.browser();
    phone.get("/").await;
    let visitor = phone.visitor_id();
    let page = phone.page(&link).await;
    assert!(
        page.contains("a•••@example.com") && !page.contains(ANN),
        "{page}"
    );
    assert!(
        !phone.is_signed_in().await,
        "opening the page changes nothing"
    );

    assert_eq!(phone.follow(&link).await.location(), AFTER_LOG_IN);
    assert!(phone.is_signed_in().await && ann.is_signed_in().await);
    assert!(app.events_named("email_confirmed").await.is_empty());
    assert_eq!(app.event("user_logged_in").await["login_method"], "link");
    let identified = app.events_named("$identify").await;
    assert_eq!(identified.last().unwrap()["$anon_distinct_id"], visitor);
    app.log_in(ANN).await;
}

#[tokio::test]
async fn it_leads_to_the_page_that_was_asked_for_in_the_same_browser_only() {
    let (app, _) = app_with_ann().await;
    app.confirm(ANN).await;
    for (next, query, location) in [
        ("/profile?a=1", "?next=%2Fprofile%3Fa%3D1", "/profile?a=1"),
        ("//evil.example", "", AFTER_LOG_IN),
    ] {
        let browser = app.browser();
        let form = [("email", ANN), ("password", "half a pass"), ("next", next)];
        let answer = browser.post(LOG_IN.form, &form).await;
        assert_eq!(answer.location(), format!("/login{query}"));
        let link = app.link_to(ANN, LOG_IN.page).await;
        // No stranger can write it into a mail to someone else.
        assert!(!app.mails().await.last().unwrap().text.contains("a=1"));
        assert_eq!(browser.follow(&link).await.location(), location);

        browser.ask_for(LOG_IN, ANN).await;
        let link = app.link_to(ANN, LOG_IN.page).await;
        assert_eq!(app.browser().follow(&link).await.location(), AFTER_LOG_IN);
    }
}

#[tokio::test]
async fn opening_another_users_link_changes_nothing_until_its_form_is_sent() {
    let (app, _) = app_with_ann().await;
    let bob = app.sign_up(BOB).await;
    let copy = bob.copy();
    let link = app.link(LOG_IN, ANN).await;
    let page = bob.page(&link).await;
    assert_shows(&page, "You are logged in as");
    assert_shows(&bob.page("/profile").await, BOB);

    bob.follow(&link).await;
    assert_shows(&bob.page("/profile").await, ANN);
    assert!(!copy.is_signed_in().await, "Bob's session has ended");
}
