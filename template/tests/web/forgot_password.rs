//! `/forgot-password` and `POST /login-link`: nobody learns from them who has an account.

use app::routes::next::AFTER_LOG_IN;
use hoglet_web::session::model as sessions;
use hoglet_web::throttle::attempt;
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::links::{LOG_IN, RESET, ask, newest_link};
use crate::support::{Answer, App, Browser, People};

#[tokio::test]
async fn a_known_address_gets_a_mail_and_an_unknown_one_none() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    app.run_jobs().await;
    for kind in [RESET, LOG_IN] {
        let before = app.mails().await.len();
        for email in [" ANN@example.com ", "nobody@example.com"] {
            ask(&app.browser(), kind, email).await;
            let ran = app.run_jobs().await;
            assert_eq!(ran.len(), 1, "{ran:?}");
            assert_eq!((&*ran[0].job, &ran[0].error), (kind.job, &None));
        }
        assert_eq!(app.mails().await.len(), before + 1);
        assert!(newest_link(&app, kind, "Ann").await.is_some());
        assert_eq!(app.events_named(kind.asked).await.len(), 2);
    }
}

#[tokio::test]
async fn both_are_told_the_same_to_the_byte_after_the_same_work() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    app.run_jobs().await;
    for kind in [RESET, LOG_IN] {
        let mut told = Vec::new();
        for email in ["ann@example.com", "bea@example.com"] {
            let browser = app.browser();
            browser.get("/login").await;
            let rows = rows(&app).await;
            let answer = ask(&browser, kind, email).await;
            let written = rows_since(&app, rows).await;
            let next = browser.get(answer.location()).await;
            assert!(
                next.text()
                    .contains("If there is an account for this address")
            );
            told.push((
                told_by(&browser, &answer),
                told_by(&browser, &next),
                written,
            ));
        }
        assert_eq!(told[0], told[1]);
    }
}

#[tokio::test]
async fn what_is_no_address_is_not_taken() {
    let app = App::start().await;
    for kind in [RESET, LOG_IN] {
        for email in ["", "ann", "ann@", "a b@example.com"] {
            let answer = ask(&app.browser(), kind, email).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
            let page = answer.text();
            assert!(page.contains("Write an e-mail address such as"), "{page}");
            assert!(page.contains(&format!(r#"value="{email}""#)), "it is kept");
        }
        assert!(app.events_named(kind.asked).await.is_empty());
    }
    assert!(app.run_jobs().await.is_empty());
}

#[tokio::test]
async fn too_many_mails_are_not_sent_whoever_they_are_for() {
    for kind in [RESET, LOG_IN] {
        let app = App::start().await;
        app.sign_up("Ann").await;
        app.run_jobs().await;
        for email in ["ann@example.com", "nobody@example.com"] {
            for _ in 0..5 {
                assert_eq!(ask(&app.browser(), kind, email).await.location(), "/login");
            }
            let answer = ask(&app.browser(), kind, email).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=300).contains(&seconds), "{seconds}");
            assert!(answer.text().contains("Too many mails were asked for."));
        }
        assert_eq!(app.run_jobs().await.len(), 10);
        assert_eq!(app.events_named(kind.asked).await.len(), 10);
    }
}

#[tokio::test]
async fn a_user_may_have_forgotten_it_too() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/forgot-password").await.text();
    assert!(page.contains(r#"value="ann@example.com""#), "{page}");
    ask(&ann, RESET, "ann@example.com").await;
    let page = ann.get(AFTER_LOG_IN).await.text();
    assert!(page.contains("a mail with a link is on its way"), "{page}");
}

#[tokio::test]
async fn an_app_without_mail_offers_neither() {
    let app = App::with(&[
        ("APP_ENV", "production"),
        ("APP_URL", "https://shop.example"),
    ])
    .await;
    let browser = app.browser();
    for answer in [
        browser.get("/forgot-password").await,
        ask(&browser, RESET, "ann@example.com").await,
        ask(&browser, LOG_IN, "ann@example.com").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let page = browser.get("/login").await.text();
    assert!(!page.contains("/forgot-password") && !page.contains("/login-link"));
    // A link may come in another way, such as from whoever runs the app.
    let gone = browser.get("/reset-password/x").await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(!gone.text().contains("/forgot-password"));
}

/// How many sessions and counted tries there are.
async fn rows(app: &App) -> [u64; 2] {
    let database = &app.web.database;
    [
        sessions::Entity::find().count(database).await.unwrap(),
        attempt::Entity::find().count(database).await.unwrap(),
    ]
}

async fn rows_since(app: &App, before: [u64; 2]) -> [u64; 2] {
    let now = rows(app).await;
    [now[0] - before[0], now[1] - before[1]]
}

/// All that an answer tells, but for what is random in it.
fn told_by(browser: &Browser, answer: &Answer) -> (StatusCode, Vec<String>, String) {
    let policy = answer.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).unwrap_or_default();
    let nonce = nonce.split('\'').next().unwrap();
    let request = answer.header("x-request-id");
    let visitor = browser.visitor_id();
    let random = [nonce, request, &visitor];
    let without = |text: &str| {
        let mut text = text.to_owned();
        for random in random.iter().filter(|random| !random.is_empty()) {
            text = text.replace(random, "…");
        }
        text
    };
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let mut headers: Vec<_> = headers
        .map(|(name, value)| match name.as_str() {
            "set-cookie" => name.to_string(),
            _ => format!("{name}: {}", without(value.to_str().unwrap())),
        })
        .collect();
    headers.sort();
    (answer.status, headers, without(&answer.text()))
}
