//! Links in mails that no longer work, and links that a mail scanner opens.
//!
//! `hoglet_web` tests the tokens themselves. These tests are about the pages and the lifetimes of this app.

use crate::support::*;

#[tokio::test]
async fn a_link_works_once_and_ends_the_others_of_its_kind() {
    let (app, _) = app_with_ann().await;
    app.confirm(ANN).await;
    for kind in [LOG_IN, RESET] {
        let links = [app.link(kind, ANN).await, app.link(kind, ANN).await];
        for link in &links {
            assert_eq!(app.browser().get(link).await.status, 200);
        }
        let answer = app.browser().follow(&links[0]).await;
        assert_eq!(answer.location(), AFTER_LOG_IN);
        for link in &links {
            assert_gone(&app, link).await;
        }
    }
}

#[tokio::test]
async fn each_kind_of_link_has_its_lifetime() {
    let (app, _) = app_with_ann().await;
    let confirm = app.link_to(ANN, CONFIRM).await;
    let reset = app.link(RESET, ANN).await;
    let log_in = app.link(LOG_IN, ANN).await;
    let mut passed = MINUTE;
    for (link, lifetime) in [(log_in, 15 * MINUTE), (reset, HOUR), (confirm, 72 * HOUR)] {
        // Until a minute before the link expires, because the test itself takes some time.
        app.let_time_pass(lifetime - passed).await;
        assert_eq!(app.browser().get(&link).await.status, 200, "{link}");
        app.let_time_pass(MINUTE).await;
        assert_gone(&app, &link).await;
        passed = lifetime + MINUTE;
    }
}

#[tokio::test]
async fn a_link_of_another_kind_or_a_made_up_one_is_gone() {
    let (app, _) = app_with_ann().await;
    let link = app.link(LOG_IN, ANN).await;
    let token = link.strip_prefix(LOG_IN.page).unwrap();
    let long = "A".repeat(999);
    for page in [RESET.page, CONFIRM] {
        for forged in [token, "x", "%00", "a%2Fb", &long[..43], &long] {
            assert_gone(&app, &format!("{page}{forged}")).await;
        }
    }
    assert_gone(&app, &link.to_lowercase()).await;
    assert_eq!(app.browser().get(&link).await.status, 200);
}

#[tokio::test]
async fn the_page_offers_a_new_link() {
    let app = App::start().await;
    let browser = app.browser();
    for (page, offer) in [(RESET.page, "/forgot-password"), (LOG_IN.page, "/login")] {
        let path = format!("{page}x");
        let answer = browser.get_with(&path, BROWSER).await;
        let button = format!(r#"class="button" href="{offer}""#);
        assert_shows(&answer.text(), &button);
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_scanner_that_opens_every_link_of_every_mail_changes_nothing() {
    let (app, ann) = app_with_ann().await;
    let links = [app.link(LOG_IN, ANN).await, app.link(RESET, ANN).await];
    let events = app.events().await.len();
    let scanner = app.browser();
    for link in app.mails().await.iter().flat_map(|mail| &mail.links) {
        let path = &link[app.url.len()..];
        scanner.head(path).await;
        let page = scanner.page(path).await;
        for rest in page.split("href=\"/").skip(1) {
            let (linked, _) = rest.split_once('"').unwrap();
            scanner.get(&format!("/{linked}")).await;
        }
    }
    assert_eq!(app.events().await.len(), events, "and nothing is captured");
    assert!(!scanner.is_signed_in().await && ann.is_signed_in().await);
    for link in links {
        assert_eq!(scanner.get(&link).await.status, 200, "{link}");
    }
}
