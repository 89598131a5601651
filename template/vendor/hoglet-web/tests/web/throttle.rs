//! Throttles: limits for attempts by account, by network and by both.

use std::time::Duration;

use hoglet_web::database;
use hoglet_web::email::Email;
use hoglet_web::settings::Secret;
use hoglet_web::throttle::{Attempt, Attempts, Throttle, attempt, known_network};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use crate::club::account::{LOG_IN, SIGN_UP, TAKEN_ADDRESS};
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
        let minutes = format!("have failed. Try again in {} minutes.", wait.div_ceil(60));
        assert!(page.contains(&minutes), "{page}");
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
    // IPv4 addresses in IPv6 notation count as separate addresses.
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
        count(app, LOG_IN, &email(n), &address(n)).await;
    }
}

/// Counts an attempt from a network that is unknown for the account.
async fn count(app: &App, throttle: Throttle, email: &str, network: &str) {
    let attempt = Attempt {
        email: &Email::normalized(email),
        network,
        known: false,
    };
    app.web.attempts.count(&throttle, attempt).await.unwrap();
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
async fn five_guesses_that_are_sent_at_once_are_checked_and_no_more() {
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
    let of = |status: u16| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((of(422), of(429)), (5, 55), "{statuses:?}");
}

#[tokio::test]
async fn right_passwords_sent_all_at_once_all_log_in() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let mut log_ins = JoinSet::new();
    for _ in 0..8 {
        let browser = app.browser();
        log_ins.spawn(async move { browser.log_in("Ann").await });
    }
    log_ins.join_all().await;
    let left = attempt::Entity::find().filter(attempt::Column::Action.eq("log_in"));
    let left = left.count(&app.web.database).await.unwrap();
    assert_eq!(left, 0, "what did not fail does not count");
}

#[tokio::test]
async fn two_processes_at_once_let_exactly_as_many_attempts_pass_as_the_limit_says() {
    const RINGS: Throttle = Throttle {
        action: "ring",
        account_and_address: 4,
        account: 7,
        address: 9,
        message: "Too many rings.",
    };
    let app = App::start().await;
    let processes = [attempts(&app).await, attempts(&app).await];
    type Name = fn(usize) -> String;
    let many: Name = |n| n.to_string();
    let one: Name = |_| "one".to_owned();
    for (email, network, room) in [(one, one, 4), (one, many, 7), (many, one, 9)] {
        let mut all = JoinSet::new();
        for n in 0..40 {
            let attempts = processes[n % 2].clone();
            all.spawn(async move {
                let email = Email::normalized(&format!("{}@{room}.example", email(n)));
                let network = format!("{}.{room}", network(n));
                let attempt = Attempt {
                    email: &email,
                    network: &network,
                    known: false,
                };
                attempts.count(&RINGS, attempt).await
            });
        }
        let answers = all.join_all().await;
        let refused: Vec<_> = answers
            .iter()
            .filter_map(|one| one.as_ref().err())
            .collect();
        assert_eq!(answers.len() - refused.len(), room);
        for error in refused {
            assert_eq!(error.status, StatusCode::TOO_MANY_REQUESTS, "{error:?}");
            assert_eq!(error.message, "Too many rings. Try again in 5 minutes.");
        }
    }
    let rows = attempt::Entity::find().count(&app.web.database).await;
    assert_eq!(rows.unwrap(), 4 + 7 + 9, "what was refused does not count");
}

#[tokio::test]
async fn room_that_is_reserved_is_waited_for() {
    let app = App::start().await;
    let attempts = &app.web.attempts;
    let email = Email::normalized("ann@example.com");
    let attempt = Attempt {
        email: &email,
        network: "192.0.2.1",
        known: false,
    };
    let mut reserved = Vec::new();
    for _ in 0..LOG_IN.account_and_address {
        reserved.push(attempts.reserve(&LOG_IN, attempt).await.unwrap());
    }
    let in_vain = Duration::from_millis(200);
    let waits = tokio::time::timeout(in_vain, attempts.reserve(&LOG_IN, attempt)).await;
    assert!(waits.is_err(), "{waits:?}");

    let database = &app.web.database;
    reserved.pop().unwrap().release(database).await.unwrap();
    reserved.push(attempts.reserve(&LOG_IN, attempt).await.unwrap());
    for failed in reserved {
        failed.count(database).await.unwrap();
    }
    let refused = attempts.reserve(&LOG_IN, attempt).await.unwrap_err();
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);

    // A reserved attempt counts if its request ends without a result.
    let nobody = "UPDATE attempts SET pending = true, attempted_at = attempted_at - 11000";
    database.execute_unprepared(nobody).await.unwrap();
    let refused = attempts.reserve(&LOG_IN, attempt).await.unwrap_err();
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    attempts
        .forget(database, &LOG_IN, &email, attempt.network)
        .await
        .unwrap();
    attempts.count(&LOG_IN, attempt).await.unwrap();
}

#[tokio::test]
async fn attempts_of_strangers_do_not_lock_out_the_owner() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let (home, office, phone) = ("192.0.2.1", "192.0.2.2", "2001:db8::1");
    let from = |address| [("x-forwarded-for", address)];
    let sign_up = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let ann = app.browser();
    ann.post_with("/signup", &sign_up, &from(home)).await;
    let log_in = async |address| {
        let form = [("email", "ann@example.com"), ("password", PASSWORD)];
        let answer = app
            .browser()
            .post_with("/login", &form, &from(address))
            .await;
        answer.status
    };
    assert_eq!(log_in(office).await, 303);
    // No session and no cookie is left at her home.
    ann.post_with("/logout", &[], &from(home)).await;
    // Strangers have used up the limit of her home network.
    fail(&app, 30, |n| format!("{n}@example.com"), |_| home.into()).await;
    let strangers = |n: usize| format!("198.51.100.{n}");
    fail(&app, 50, |_| "ann@example.com".into(), strangers).await;

    assert_eq!(log_in("198.51.100.99").await, 429, "a stranger");
    assert_eq!(log_in(phone).await, 429, "where she has never been");
    assert_eq!(log_in(office).await, 303);
    assert_eq!(log_in(home).await, 303);
    let form = [("email", "bob@example.com"), ("password", PASSWORD)];
    let answer = app.browser().post_with("/login", &form, &from(home)).await;
    assert_eq!(
        answer.status, 429,
        "the account is not known at this network"
    );
    // Guesses from a known network are counted too.
    let wrong = [("email", "ann@example.com"), ("password", "wrong")];
    for status in [422, 422, 422, 422, 422, 429] {
        let answer = app.browser().post_with("/login", &wrong, &from(home)).await;
        assert_eq!(answer.status, status);
    }
    assert_eq!(log_in(office).await, 303);

    // Three months after the last log-in, the network is no longer known.
    let database = &app.web.database;
    let long_ago = "UPDATE known_networks SET seen_at = seen_at - 7776000000";
    database.execute_unprepared(long_ago).await.unwrap();
    database
        .execute_unprepared("DELETE FROM sessions")
        .await
        .unwrap();
    assert_eq!(log_in(office).await, 429);
    assert!(known_network::delete_expired(database).await.unwrap() >= 2);
}

#[tokio::test]
async fn a_session_makes_its_network_known() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let ann = app.sign_up("Ann").await;
    let strangers = |n: usize| format!("198.51.100.{n}");
    fail(&app, 50, |_| "ann@example.com".into(), strangers).await;
    let travels = [("x-forwarded-for", "192.0.2.7")];
    let form = [
        ("current_password", PASSWORD),
        ("new_password", "another sentence"),
    ];
    let answer = ann.post_with("/card", &form, &travels).await;
    assert_eq!(answer.location(), "/card");
}

#[tokio::test]
async fn the_table_of_attempts_names_nobody() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let from = [("x-forwarded-for", "192.0.2.77")];
    let wrong = [("email", "ann@example.com"), ("password", "wrong")];
    app.browser().post_with("/login", &wrong, &from).await;
    let sign_up = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    app.browser().post_with("/signup", &sign_up, &from).await;

    let database = &app.web.database;
    let attempts = attempt::Entity::find().into_json().all(database).await;
    let networks = known_network::Entity::find()
        .into_json()
        .all(database)
        .await;
    let (attempts, networks) = (attempts.unwrap(), networks.unwrap());
    assert!(attempts.len() >= 2 && networks.len() == 1, "{attempts:?}");
    let account = attempts[0]["account"].as_str().unwrap();
    assert!(attempts.iter().all(|one| one["account"] == account));
    let plain = Sha256::digest("ann@example.com");
    let plain: String = plain.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(
        !plain.starts_with(account),
        "the hash cannot be guessed without the key"
    );
    let text = format!("{attempts:?} {networks:?}");
    for told in ["ann", "example", "192.0.2"] {
        assert!(!text.contains(told), "{text}");
    }
    let other = Attempts::new(database.clone(), &Secret::new("another key".into()));
    let email = Email::normalized("ann@example.com");
    let attempt = Attempt {
        email: &email,
        network: "192.0.2.77",
        known: false,
    };
    other.count(&LOG_IN, attempt).await.unwrap();
    let rows = attempt::Entity::find().filter(attempt::Column::Account.eq(account));
    assert_eq!(rows.count(database).await.unwrap(), attempts.len() as u64);
}

/// The attempts as another process sees them.
async fn attempts(app: &App) -> Attempts {
    let settings = &app.web.settings;
    let database = database::connect(&settings.database_url).await.unwrap();
    Attempts::new(database, &settings.secret_key)
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
        count(&app, SIGN_UP, &format!("{n}@example.com"), "192.0.2.1").await;
    }
    let answer = sign_up("bob@example.com", "192.0.2.1").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(answer.header("retry-after"), "");
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.location(), "/lounge");

    // A second sign-up with the same address is refused, and these refusals are limited too.
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..18 {
        count(&app, SIGN_UP, "bob@example.com", "192.0.2.2").await;
    }
    let answer = sign_up("bob@example.com", "192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(app.events_named("member_joined").await.len(), 1);
}

#[tokio::test]
async fn a_visitor_who_tries_many_addresses_learns_of_twenty_accounts_and_then_cannot_sign_up() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    let sign_up = async |email: &str, network: &str| {
        let form = [("name", "Eve"), ("email", email), ("password", PASSWORD)];
        let from = [("x-forwarded-for", network)];
        app.browser().post_with("/signup", &form, &from).await
    };
    // A successful sign-up does not count here.
    assert_eq!(sign_up("eve@example.com", "192.0.2.1").await.status, 303);
    for n in 1..TAKEN_ADDRESS.address {
        count(
            &app,
            TAKEN_ADDRESS,
            &format!("{n}@example.com"),
            "192.0.2.1",
        )
        .await;
    }
    let (ann, bob) = ("ann@example.com", "bob@example.com");
    assert_eq!(sign_up(ann, "192.0.2.1").await.status, 422);
    for email in [ann, bob] {
        let answer = sign_up(email, "192.0.2.1").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
        assert!(
            answer
                .text()
                .contains("Too many sign-ups were for members.")
        );
    }
    assert_eq!(sign_up(bob, "192.0.2.2").await.location(), "/lounge");
}

#[tokio::test]
async fn a_stolen_session_does_not_help_to_guess_the_password() {
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
    // A form without the password is not locked.
    let answer = ann.post("/card", &[("name", "Ann Lee")]).await;
    assert_eq!(answer.location(), "/card");
}
