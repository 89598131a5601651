//! `/reset-password/{token}`

use crate::support::*;

#[tokio::test]
async fn a_new_password_takes_the_place_of_a_forgotten_one() {
    let app = App::start().await;
    app.sign_up(ANN).await;
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
    assert_eq!(app.browser().try_log_in(ANN, PASSWORD).await.status, 422);
    assert_eq!(
        app.browser().try_log_in(ANN, NEW_PASSWORD).await.status,
        303
    );
}

#[tokio::test]
async fn it_ends_every_other_session_and_every_other_link() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
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
    let app = App::start().await;
    app.sign_up(ANN).await;
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
    let app = App::start().await;
    app.sign_up(ANN).await;
    let link = app.link(RESET, ANN).await;
    app.browser().follow(&link).await;
    let mails = app.mails_to(ANN).await;
    let notice = mails.last().unwrap();
    assert_eq!(notice.subject, "Your password was changed");
    assert_eq!(notice.links[0], format!("{}/forgot-password", app.url));
}

#[tokio::test]
async fn neither_a_page_nor_an_event_contains_the_token() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    for kind in [LOG_IN, RESET] {
        let link = app.link(kind, ANN).await;
        let token = link.strip_prefix(kind.page).unwrap();
        let browser = app.browser();
        let answers = [
            browser.get(&link).await,
            browser.follow(&link).await,
            browser.get(&link).await,
        ];
        for answer in answers {
            assert!(!answer.text().contains(token), "{}", answer.text());
            assert_eq!(answer.header("referrer-policy"), "strict-origin");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        assert!(!format!("{:?}", app.events().await).contains(token));
    }
    app.event("password_reset_completed").await;
}
