//! Links that are worth nothing any more, and links that are looked at.

use app::accounts::limits::{LOGIN_LINK_MAIL, RESET_MAIL};
use app::routes::next::AFTER_LOG_IN;
use app::tokens::{LOGIN_LINK, RESET_PASSWORD};
use hoglet_web::email::Email;
use reqwest::StatusCode;
use sea_orm::prelude::Uuid;
use tokio::join;

use crate::links::{Kind, LOG_IN, RESET, ask, confirm, execute, follow, link_for};
use crate::support::{App, BROWSER, Browser, People, Person};

#[tokio::test]
async fn a_link_works_once() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    for kind in [LOG_IN, RESET] {
        let link = link_for(&app, kind, "Ann").await;
        assert_eq!(follow(&app.browser(), &link).await.location(), AFTER_LOG_IN);
        assert_gone(&app, kind, &link).await;
    }
}

#[tokio::test]
async fn of_two_at_once_one_wins() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    for kind in [LOG_IN, RESET] {
        let link = link_for(&app, kind, "Ann").await;
        let (one, other) = (app.browser(), app.browser());
        let answers = join!(follow(&one, &link), follow(&other, &link));
        let mut statuses = [answers.0.status, answers.1.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::GONE]);
        assert_ne!(one.is_signed_in().await, other.is_signed_in().await);
    }
}

#[tokio::test]
async fn an_expired_link_is_gone() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for kind in [LOG_IN, RESET] {
        let link = link_for(&app, kind, "Ann").await;
        execute(
            &app,
            "UPDATE tokens SET expires_at = 1 WHERE expires_at > 1 \
             AND purpose IN ('login_link', 'reset_password')",
        )
        .await;
        assert_gone(&app, kind, &link).await;
    }
}

#[tokio::test]
async fn a_newer_link_leaves_the_older_ones_and_using_one_ends_all() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    for kind in [LOG_IN, RESET] {
        let links = [
            link_for(&app, kind, "Ann").await,
            link_for(&app, kind, "Ann").await,
        ];
        for link in &links {
            assert_eq!(app.browser().get(link).await.status, StatusCode::OK);
        }
        let used = follow(&app.browser(), &links[0]).await;
        assert_eq!(used.location(), AFTER_LOG_IN);
        for link in &links {
            assert_gone(&app, kind, link).await;
        }
    }
}

#[tokio::test]
async fn strangers_who_ask_as_often_as_they_may_end_no_link() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let email = Email::normalized("ann@example.com");
    let ann = app.user_id("Ann").await.parse().unwrap();
    for (kind, purpose, mails) in [
        (LOG_IN, LOGIN_LINK, LOGIN_LINK_MAIL),
        (RESET, RESET_PASSWORD, RESET_MAIL),
    ] {
        let link = link_for(&app, kind, "Ann").await;
        let windows = purpose.lifetime.whole_minutes() / 5 + 1;
        for _ in 0..mails.account * windows.unsigned_abs() {
            let (key, database) = (&app.web.token_key, &app.web.database);
            let issued = purpose.issue(key, database, Uuid::now_v7(), ann, &email);
            assert!(issued.await.unwrap().is_some());
        }
        assert_eq!(app.browser().get(&link).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_was_never_a_link_or_is_for_something_else_is_gone() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let log_in = link_for(&app, LOG_IN, "Ann").await;
    let token = log_in.rsplit('/').next().unwrap();
    for forged in [
        token,
        "x",
        "%00",
        "a%2Fb",
        &"A".repeat(43),
        &"A".repeat(999),
    ] {
        assert_gone(&app, RESET, &format!("{}{forged}", RESET.page)).await;
    }
    let reset = link_for(&app, RESET, "Ann").await;
    let token = reset.rsplit('/').next().unwrap();
    for forged in [token, "x", &token.to_lowercase(), &format!("{token}=")] {
        assert_gone(&app, LOG_IN, &format!("{}{forged}", LOG_IN.page)).await;
    }
    assert_eq!(app.browser().get(&log_in).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_to_an_address_that_was_given_up_is_gone() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let links = [
        (LOG_IN, link_for(&app, LOG_IN, "Ann").await),
        (RESET, link_for(&app, RESET, "Ann").await),
    ];
    let moved = "UPDATE users SET email = 'new@example.com' WHERE email = 'ann@example.com'";
    execute(&app, moved).await;
    for (kind, link) in links {
        assert_gone(&app, kind, &link).await;
    }
}

#[tokio::test]
async fn the_page_leads_on_and_programs_get_json() {
    let app = App::start().await;
    let browser = app.browser();
    for (kind, way_on) in [(RESET, "/forgot-password"), (LOG_IN, "/login")] {
        let path = format!("{}x", kind.page);
        let page = browser.get_with(&path, BROWSER).await;
        assert!(page.text().contains("This link does not work any more"));
        let button = format!(r#"class="button" href="{way_on}""#);
        assert!(page.text().contains(&button), "{}", page.text());
        let json = [("accept", "application/json")];
        let answer = browser.get_with(&path, &json).await;
        assert_eq!(answer.status, StatusCode::GONE);
        assert_eq!(answer.json()["success"], false);
    }
}

#[tokio::test]
async fn a_scanner_that_opens_everything_changes_nothing() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for kind in [LOG_IN, RESET] {
        ask(&app.browser(), kind, "ann@example.com").await;
    }
    app.run_jobs().await;
    let before = app.events().await.len();
    let scanner = app.browser();
    let mails = app.mails().await;
    let links: Vec<_> = mails.iter().flat_map(|mail| &mail.links).collect();
    for link in &links {
        for _ in 0..3 {
            open_with_all_it_links_to(&scanner, &link[app.url.len()..]).await;
        }
    }
    assert_eq!(app.events().await.len(), before, "and nothing is captured");
    assert!(!scanner.is_signed_in().await && ann.is_signed_in().await);
    for kind in [LOG_IN, RESET] {
        let link = links.iter().find(|link| link.contains(kind.page)).unwrap();
        let page = scanner.get(&link[app.url.len()..]).await;
        assert_eq!(page.status, StatusCode::OK, "{link}");
    }
}

async fn open_with_all_it_links_to(scanner: &Browser, path: &str) {
    scanner.head(path).await;
    let page = scanner.get(path).await.text();
    for rest in page.split("href=\"").skip(1) {
        let linked = rest.split('"').next().unwrap();
        if linked.starts_with('/') {
            scanner.head(linked).await;
            scanner.get(linked).await;
        }
    }
}

/// The same page, however it is asked for; and nobody is logged in.
async fn assert_gone(app: &App, kind: Kind, link: &str) {
    let browser = app.browser();
    for answer in [browser.get(link).await, follow(&browser, link).await] {
        assert_eq!(answer.status, StatusCode::GONE, "{kind:?} {link}");
        assert!(answer.text().contains("This link does not work any more"));
    }
    assert_eq!(browser.head(link).await.status, StatusCode::GONE);
    assert!(!browser.is_signed_in().await);
}
