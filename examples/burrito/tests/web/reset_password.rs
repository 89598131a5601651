//! `/reset-password/{token}`

use app::routes::next::AFTER_LOG_IN;
use reqwest::StatusCode;

use crate::links::{LOG_IN, NEW, RESET, confirm, follow, link_for};
use crate::support::{App, PASSWORD, People, Person};

#[tokio::test]
async fn a_new_password_takes_the_place_of_a_forgotten_one() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let link = link_for(&app, RESET, "Ann").await;
    let browser = app.browser();
    let page = browser.get(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("a•••@example.com"), "{}", page.text());
    assert!(!page.text().contains("ann@example.com"));
    assert!(!browser.is_signed_in().await, "looking changes nothing");

    assert_eq!(follow(&browser, &link).await.location(), AFTER_LOG_IN);
    assert!(browser.is_signed_in().await);
    let old = app.browser().try_log_in("ann@example.com", PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = app.browser().try_log_in("ann@example.com", NEW).await;
    assert_eq!(new.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn it_ends_every_other_session_and_every_other_link() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    let bob = app.sign_up("Bob").await;
    let log_in = link_for(&app, LOG_IN, "Ann").await;
    let reset = link_for(&app, RESET, "Ann").await;
    let browser = app.browser();
    follow(&browser, &reset).await;

    assert!(browser.is_signed_in().await && bob.is_signed_in().await);
    assert!(!ann.is_signed_in().await);
    assert_eq!(ann.get(&log_in).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn who_is_signed_in_stays_so_in_this_browser_alone() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let thief = ann.copy();
    let link = link_for(&app, RESET, "Ann").await;
    follow(&ann, &link).await;
    assert!(ann.is_signed_in().await);
    assert!(!thief.is_signed_in().await);
}

#[tokio::test]
async fn a_password_that_is_too_short_spends_nothing() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let link = link_for(&app, RESET, "Ann").await;
    let browser = app.browser();
    for form in [&[("password", "short")][..], &[]] {
        let answer = browser.post(&link, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("Use at least 8 characters."));
        assert!(!answer.text().contains("short\""), "it never stands there");
    }
    assert_eq!(follow(&browser, &link).await.location(), AFTER_LOG_IN);
}

#[tokio::test]
async fn the_owner_is_told_by_mail() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let link = link_for(&app, RESET, "Ann").await;
    follow(&app.browser(), &link).await;
    let ran = app.run_jobs().await;
    assert_eq!(ran.len(), 1, "{ran:?}");
    let mails = app.mails().await;
    let notice = mails.last().unwrap();
    assert_eq!(notice.to, "ann@example.com");
    assert_eq!(notice.subject, "Your password was changed");
    assert_eq!(notice.links[0], format!("{}/forgot-password", app.url));
}

#[tokio::test]
async fn posthog_hears_of_it_and_of_no_token() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for (kind, completed) in [(LOG_IN, false), (RESET, true)] {
        let link = link_for(&app, kind, "Ann").await;
        let token = link.rsplit('/').next().unwrap();
        let browser = app.browser();
        let pages = [
            browser.get(&link).await,
            browser.post(&link, &[]).await,
            follow(&browser, &link).await,
            browser.get(&link).await,
        ];
        for page in pages {
            assert!(!page.text().contains(token), "{}", page.text());
            assert_eq!(page.header("referrer-policy"), "strict-origin");
            assert_eq!(page.header("cache-control"), "no-store");
        }
        let events = app.events().await;
        assert!(!format!("{events:?}").contains(token));
        let logged_in = app.events_named("user_logged_in").await;
        let logged_in = logged_in.last().unwrap();
        assert_eq!(logged_in["login_method"], "link");
        assert_eq!(logged_in.distinct_id, app.user_id("Ann").await);
        let done = app.events_named("password_reset_completed").await;
        assert_eq!(done.len(), usize::from(completed));
    }
}
