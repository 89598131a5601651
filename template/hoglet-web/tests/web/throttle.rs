//! How often somebody may try: by account, by address, and by both.

use hoglet_web::email::Email;
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::club::account::{LOG_IN, SIGN_UP};
use crate::support::{App, PASSWORD, People, Person, without_what_differs};

#[tokio::test]
async fn after_five_failures_the_account_waits_and_nothing_is_captured() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let wrong = [("email", "Ann@example.com"), ("password", "wrong")];
    for _ in 0..5 {
        assert_eq!(browser.post("/login", &wrong).await.status, 422);
    }
    for password in ["wrong", PASSWORD] {
        let form = [("email", "ann@example.com"), ("password", password)];
        let answer = browser.post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((240..=300).contains(&wait), "{wait}");
        let page = answer.text();
        assert!(page.contains("Too many log-ins have failed."));
        let email = r#"name="email" type="email" value="ann@example.com""#;
        assert!(page.contains(email), "what was typed is kept: {page}");
        assert!(!page.contains(PASSWORD));
    }
    assert_eq!(app.events_named("log_in_failed").await.len(), 5);
    assert!(app.events_named("member_logged_in").await.is_empty());
}

#[tokio::test]
async fn a_program_that_is_turned_away_gets_json() {
    let app = App::start().await;
    fail(
        &app,
        5,
        |_| "ann@example.com".into(),
        |_| "127.0.0.1".into(),
    )
    .await;
    let form = [("email", "ann@example.com"), ("password", "wrong")];
    let json = [("accept", "application/json")];
    let answer = app.browser().post_with("/login", &form, &json).await;

    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.json()["success"], false);
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn the_rightful_owner_at_another_address_is_not_held_up() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    fail(
        &app,
        5,
        |_| "ann@example.com".into(),
        |_| "192.0.2.1".into(),
    )
    .await;
    let form = [("email", "ann@example.com"), ("password", PASSWORD)];

    let guesser = [("x-forwarded-for", "192.0.2.1")];
    let answer = app.browser().post_with("/login", &form, &guesser).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let owner = [("x-forwarded-for", "192.0.2.2")];
    let answer = app.browser().post_with("/login", &form, &owner).await;
    assert_eq!(answer.location(), "/lounge");
}

#[tokio::test]
async fn one_address_guesses_at_few_accounts_and_many_addresses_at_none_for_long() {
    let app = App::start().await;
    fail(
        &app,
        30,
        |n| format!("{n}@example.com"),
        |_| "127.0.0.1".into(),
    )
    .await;
    fail(
        &app,
        50,
        |_| "bob@example.com".into(),
        |n| format!("192.0.2.{n}"),
    )
    .await;

    for email in ["nobody-yet@example.com", "bob@example.com"] {
        let form = [("email", email), ("password", "wrong")];
        let answer = app.browser().post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
    }
}

#[tokio::test]
async fn being_turned_away_does_not_tell_whether_the_account_exists() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let mut pages = Vec::new();
    for email in ["ann@example.com", "bob@example.com"] {
        let browser = app.browser();
        let form = [("email", email), ("password", "wrong")];
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(browser.post("/login", &form).await.status);
        }
        assert_eq!(statuses, [StatusCode::UNPROCESSABLE_ENTITY; 5]);
        let answer = browser.post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        pages.push(without_what_differs(&browser, answer).replace(email, "EMAIL"));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn an_ipv6_network_counts_as_one_address() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    let log_in = async |address: &str, password: &str| {
        let form = [("email", "ann@example.com"), ("password", password)];
        let from = [("x-forwarded-for", address)];
        let answer = app.browser().post_with("/login", &form, &from).await;
        answer.status
    };
    for n in 1..=5 {
        let guesser = format!("2001:db8:0:1:{n}::{n}");
        assert_eq!(log_in(&guesser, "wrong").await, 422);
    }

    let turned_away = log_in("2001:db8:0:1:ffff::1", "wrong").await;
    assert_eq!(turned_away, StatusCode::TOO_MANY_REQUESTS);
    // IPv4 addresses in IPv6's notation are addresses of their own.
    for owner in ["2001:db8:0:2::1", "::ffff:192.0.2.1"] {
        assert_eq!(log_in(owner, PASSWORD).await, StatusCode::SEE_OTHER);
    }
}

async fn fail(
    app: &App,
    times: usize,
    email: impl Fn(usize) -> String,
    address: impl Fn(usize) -> String,
) {
    for n in 0..times {
        LOG_IN
            .record(
                &app.web.database,
                &Email::normalized(&email(n)),
                &address(n),
            )
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_success_clears_the_failures_before_it() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    for _ in 0..2 {
        let wrong = [("email", "ann@example.com"), ("password", "wrong")];
        for _ in 0..4 {
            assert_eq!(browser.post("/login", &wrong).await.status, 422);
        }
        browser.log_in("Ann").await;
    }
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_throttled_too() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let mut guesses = JoinSet::new();
    for guess in 0..60 {
        let browser = app.browser();
        guesses.spawn(async move {
            let password = format!("guess number {guess}");
            let form = [("email", "ann@example.com"), ("password", &*password)];
            browser.post("/login", &form).await.status
        });
    }
    let statuses = guesses.join_all().await;
    let answered = statuses.iter().filter(|status| **status == 422).count();
    assert!(
        (1..=20).contains(&answered),
        "{answered} guesses were answered"
    );
}

#[tokio::test]
async fn sign_ups_are_throttled_by_address_and_by_account() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let sign_up = async |email: &str, address: &str| {
        let form = [("name", "Bob"), ("email", email), ("password", PASSWORD)];
        let from = [("x-forwarded-for", address)];
        app.browser().post_with("/signup", &form, &from).await
    };
    for n in 0..300 {
        let email = format!("{n}@example.com");
        let database = &app.web.database;
        let recorded = SIGN_UP
            .record(database, &Email::normalized(&email), "192.0.2.1")
            .await;
        recorded.unwrap();
    }
    let answer = sign_up("bob@example.com", "192.0.2.1").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(answer.header("retry-after"), "");
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.location(), "/lounge");

    // Who asks for one account again and again does not learn more than it has said.
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..18 {
        let database = &app.web.database;
        let bob = "bob@example.com";
        let recorded = SIGN_UP
            .record(database, &Email::normalized(bob), "192.0.2.2")
            .await;
        recorded.unwrap();
    }
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(app.events_named("member_joined").await.len(), 1);
}

#[tokio::test]
async fn who_got_hold_of_a_session_cannot_guess_the_password_with_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let mut statuses = Vec::new();
    for guess in ["1", "2", "3", "4", "5", "6", PASSWORD] {
        let form = [
            ("current_password", guess),
            ("new_password", "another sentence"),
        ];
        statuses.push(ann.post("/card", &form).await.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
    let form = [("current_password", "7"), ("new_password", "another one")];
    let page = ann.post("/card", &form).await;
    assert!(page.text().contains("Too many log-ins have failed."));
    assert!(page.text().contains(">Ann</h1>"), "the page is kept");
    // What needs no password goes on.
    let answer = ann.post("/card", &[("name", "Ann Lee")]).await;
    assert_eq!(answer.location(), "/card");
}
