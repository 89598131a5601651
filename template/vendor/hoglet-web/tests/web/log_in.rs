//! Log-ins: a guesser learns nothing, and old sessions and passwords no longer work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{App, PASSWORD, People, Person, email_of, without_what_differs};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_get_the_same_page() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let wrong = bad_pair(&app, "ann@example.com").await;
    let unknown = bad_pair(&app, "bob@example.com").await;

    assert!(wrong.contains("Wrong e-mail or password."));
    assert!(wrong.contains(r#"value="ann@example.com""#), "it is kept");
    assert!(wrong.contains(r#"name="next" value="&#x2f;card""#));
    assert!(!wrong.contains("wrong-password"));
    assert_eq!(wrong.replace("ann@", "bob@"), unknown);
}

async fn bad_pair(app: &App, email: &str) -> String {
    let browser = app.browser();
    let form = [
        ("email", email),
        ("password", "wrong-password"),
        ("next", "/card"),
    ];
    let answer = browser.post("/login", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!browser.is_signed_in().await);
    without_what_differs(&browser, answer)
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_take_as_long() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let time = async |email: &str, n: usize| {
        // Each request has another address, or the throttle would refuse it.
        let address = format!("192.0.2.{n}");
        let form = [("email", email), ("password", "wrong-password")];
        let from = [("x-forwarded-for", &*address)];
        let begin = Instant::now();
        let answer = browser.post_with("/login", &form, &from).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        begin.elapsed()
    };
    // The first log-in of a process also makes the hash that unknown addresses are checked against.
    time("nobody@example.com", 0).await;

    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for n in 1..=15 {
        wrong.push(time("ann@example.com", n).await);
        unknown.push(time(&format!("bob{n}@example.com"), n).await);
    }
    let (wrong, unknown) = (median(wrong), median(unknown));
    let ratio = unknown.as_secs_f64() / wrong.as_secs_f64();
    assert!(
        (0.5..2.0).contains(&ratio),
        "wrong {wrong:?}, unknown {unknown:?}"
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test]
async fn a_failure_is_the_visitors_event_and_tells_neither_half() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let form = [("email", "ann@example.com"), ("password", "wrong-password")];
    browser.post("/login", &form).await;

    let event = app.event("log_in_failed").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
    let own = event.properties.keys();
    let own: Vec<_> = own.filter(|name| !name.starts_with('$')).collect();
    assert_eq!(own.len(), 2, "environment and release: {own:?}");
    assert!(!format!("{event:?}").contains("ann@example.com"));
}

#[tokio::test]
async fn odd_input_is_a_bad_pair_and_nothing_worse() {
    let app = App::start().await;
    let long = "a".repeat(100_000);
    for email in [
        "",
        "\0",
        "a\0b@example.com",
        "'; drop table users; --",
        &long,
    ] {
        for password in ["\0", &long] {
            let form = [("email", email), ("password", password)];
            let answer = app.browser().post("/login", &form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:?}");
        }
    }
}

#[tokio::test]
async fn the_session_id_from_before_the_log_in_is_worth_nothing() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    browser.post("/api/bell", &[]).await;
    let thief = browser.copy();
    browser.log_in("Ann").await;

    assert_ne!(thief.cookie("session"), browser.cookie("session"));
    assert!(!thief.is_signed_in().await);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn logging_in_as_another_user_empties_the_session_first() {
    let app = App::start().await;
    app.sign_up("Bob").await;
    let browser = app.sign_up("Ann").await;
    browser.post("/api/bell", &[]).await;
    let anns = browser.copy();
    browser.log_in("Bob").await;

    let count = browser.post("/api/bell", &[]).await.json();
    assert_eq!(count["count"], 1, "Ann's count is not Bob's");
    let card = browser.get("/card").await;
    assert!(card.text().contains(&email_of("Bob")));
    assert!(!anns.is_signed_in().await);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_of_the_user() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let bob = app.sign_up("Bob").await;

    let form = [
        ("current_password", PASSWORD),
        ("new_password", "another sentence"),
    ];
    assert_eq!(ann.post("/card", &form).await.location(), "/card");
    assert!(ann.is_signed_in().await, "this one goes on");
    assert!(!phone.is_signed_in().await);
    assert!(bob.is_signed_in().await);

    let log_in = async |password| {
        let form = [("email", &*email_of("Ann")), ("password", password)];
        app.browser().post("/login", &form).await.status
    };
    assert_eq!(log_in(PASSWORD).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(log_in("another sentence").await, StatusCode::SEE_OTHER);
    app.event("card_changed").await;
}

#[tokio::test]
async fn a_log_in_with_the_old_password_does_not_outlive_its_change() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let changed = Arc::new(AtomicBool::new(false));
    let mut log_ins = JoinSet::new();
    for _ in 0..4 {
        let (app_url, changed) = (app.browser(), changed.clone());
        log_ins.spawn(async move {
            let mut browsers = Vec::new();
            while !changed.load(Ordering::Relaxed) {
                let browser = app_url.copy();
                let form = [("email", &*email_of("Ann")), ("password", PASSWORD)];
                browser.post("/login", &form).await;
                browsers.push(browser);
            }
            browsers
        });
    }
    let form = [
        ("current_password", PASSWORD),
        ("new_password", "another sentence"),
    ];
    assert_eq!(ann.post("/card", &form).await.location(), "/card");
    changed.store(true, Ordering::Relaxed);

    let browsers: Vec<_> = log_ins.join_all().await.into_iter().flatten().collect();
    assert!(browsers.len() >= 4, "{}", browsers.len());
    for browser in browsers {
        assert!(!browser.is_signed_in().await);
    }
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn two_sign_ups_at_once_make_one_account() {
    let app = App::start().await;
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let (first, second) = (app.browser(), app.browser());
    let (first, second) = tokio::join!(first.post("/signup", &form), second.post("/signup", &form));

    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    assert_eq!(app.events_named("$identify").await.len(), 1);
}

#[tokio::test]
async fn a_signed_in_user_who_signs_up_becomes_the_new_user() {
    let app = App::start().await;
    let browser = app.sign_up("Ann").await;
    browser.sign_up("Bob").await;

    assert!(
        browser
            .get("/card")
            .await
            .text()
            .contains("bob@example.com")
    );
    let who: Vec<_> = app
        .events_named("$identify")
        .await
        .into_iter()
        .map(|event| (event.distinct_id.clone(), event["$set"]["name"].clone()))
        .collect();
    assert_eq!(
        who,
        [
            (app.user_id("Ann").await, json!("Ann")),
            (app.user_id("Bob").await, json!("Bob"))
        ]
    );
}

#[tokio::test]
async fn a_password_is_the_same_on_every_keyboard() {
    let app = App::start().await;
    let (composed, decomposed) = ("größer äls", "gro\u{308}ßer a\u{308}ls");
    let form = |password| {
        [
            ("name", "Ann"),
            ("email", "ann@example.com"),
            ("password", password),
        ]
    };
    app.browser().post("/signup", &form(composed)).await;
    for (password, status) in [(composed, 303), (decomposed, 303), ("grosser als", 422)] {
        let answer = app.browser().post("/login", &form(password)).await;
        assert_eq!(answer.status, status, "{password}");
    }
}
