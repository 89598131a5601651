//! `/reset-password/{token}`

use crate::support::*;

#[tokio::test]
async fn a_new_password_takes_the_place_of_a_forgotten_one() {
    let (app, _) = app_with_ann().await;
    let link = app.link(RESET, ANN).await;
    let browser = app.browser();
    let page = browser.page(&link).await;
    assert!(
        page.contains("a•••@example.com") && !page.contains(ANN),
        "{page}"
    );
    assert!(
        !browser.is_signed_in().await,
        "opening the page changes nothing"
    );

    assert_eq!(browser.follow(&link).await.location(), AFTER_LOG_IN);
    assert!(browser.is_signed_in().await);
    assert!(!app.accepts(ANN, PASSWORD).await);
    assert!(app.accepts(ANN, NEW_PASSWORD).await);
}

#[tokio::test]
async fn it_ends_every_other_session_and_every_other_link() {
    let (app, ann) = app_with_ann().await;
    let thief = ann.copy();
    let phone = app.log_in(ANN).await;
    app.confirm(ANN).await;
    let bob = app.sign_up(BOB).await;
    let log_in = app.link(LOG_IN, ANN).await;
    let reset = app.link(RESET, ANN).await;
    ann.follow(&reset).await;

    assert!(ann.is_signed_in().await && bob.is_signed_in().await);
    assert!(!phone.is_signed_in().await && !thief.is_signed_in().await);
    assert_gone(&app, &log_in).await;
}

#[tokio::test]
async fn a_refused_password_does_not_use_up_the_link() {
    let (app, _) = app_with_ann().await;
    let link = app.link(RESET, ANN).await;
    let browser = app.browser();
    for (password, message) in [
        ("", "Use at least 8 characters."),
        ("short", "Use at least 8 characters."),
        ("password123", "Many people use this password"),
    ] {
        let answer = browser.post(&link, &[("password", password)]).await;
        assert_refused(&answer, message);
        assert!(!answer.text().contains(&format!(r#""{password}""#)) || password.is_empty());
    }
    assert_eq!(browser.follow(&link).await.location(), AFTER_LOG_IN);
}

#[tokio::test]
async fn the_owner_gets_a_notice_by_mail() {
    let (app, _) = app_with_ann().await;
    let link = app.link(RESET, ANN).await;
    app.browser().follow(&link).await;
    let mails = app.mails_to(ANN).await;
    let notice = mails.last().unwrap();
    assert_eq!(notice.subject, "Your password was changed");
    assert_eq!(notice.links[0], format!("{}/forgot-password", app.url));
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn neither_a_page_nor_an_event_contains_the_token_of_a_link() {
    let (app, _) = app_with_ann().await;
    for kind in [None, Some(LOG_IN), Some(RESET)] {
        let link = match kind {
            Some(kind) => app.link(kind, ANN).await,
            None => app.link_to(ANN, CONFIRM).await,
        };
        let token = link.rsplit('/').next().unwrap();
        let browser = app.browser();
        let answers = [
            browser.get(&link).await,
            browser.follow(&link).await,
            browser.get(&link).await,
        ];
        for answer in answers {
            assert_hides(&answer.text(), token);
            assert!(
                answer.posthog_config().is_none(),
                "posthog-js would read the address"
            );
            assert_eq!(answer.header("referrer-policy"), "strict-origin");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        assert!(!format!("{:?}", app.events().await).contains(token));
    }
    app.event("password_reset_completed").await;
}
