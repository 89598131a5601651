//! What happens to who tries too often: `LOG_IN` and `SIGN_UP` in `accounts.rs` say how often.

use app::accounts::limits::{LOG_IN, SIGN_UP};
use hoglet_web::email::Email;
use hoglet_web::throttle::Throttle;
use reqwest::StatusCode;

use crate::support::{Answer, App, PASSWORD, People, Person};

#[tokio::test]
async fn after_five_failures_the_account_waits_and_nothing_is_captured() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    for _ in 0..5 {
        let answer = browser.try_log_in("Ann@example.com", "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for password in ["wrong", PASSWORD] {
        let answer = browser.try_log_in("ann@example.com", password).await;
        assert_turned_away(&answer, "Too many log-ins have failed.");
        let typed = r#"value="ann@example.com""#;
        assert!(answer.text().contains(typed), "it is kept");
        assert!(!answer.text().contains(PASSWORD));
    }
    assert_eq!(app.events_named("user_login_failed").await.len(), 5);
    assert!(app.events_named("user_logged_in").await.is_empty());
}

#[tokio::test]
async fn it_does_not_tell_whether_the_account_exists() {
    let app = App::start().await;
    used_up(&app, LOG_IN, "nobody@example.com", "127.0.0.1").await;
    let answer = app.browser().try_log_in("nobody@example.com", "x").await;
    assert_turned_away(&answer, "Too many log-ins have failed.");
}

#[tokio::test]
async fn the_rightful_owner_at_another_address_is_not_held_up() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    used_up(&app, LOG_IN, "ann@example.com", "192.0.2.1").await;

    let form = [("email", "ann@example.com"), ("password", PASSWORD)];
    for (address, status) in [("192.0.2.1", 429), ("192.0.2.2", 303)] {
        let from = [("x-forwarded-for", address)];
        let answer = app.browser().post_with("/login", &form, &from).await;
        assert_eq!(answer.status, status, "{address}");
    }
}

#[tokio::test]
async fn a_success_clears_the_failures_before_it() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    for _ in 0..2 {
        for _ in 0..4 {
            let answer = browser.try_log_in("ann@example.com", "wrong").await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        browser.log_in("Ann").await;
    }
}

#[tokio::test]
async fn who_got_hold_of_a_session_cannot_guess_the_password_with_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    used_up(&app, LOG_IN, "ann@example.com", "127.0.0.1").await;
    let form = [
        ("current_password", PASSWORD),
        ("new_password", "another sentence"),
    ];
    let answer = ann.post("/profile", &form).await;
    assert_turned_away(&answer, "Too many log-ins have failed.");
    assert!(answer.text().contains(">Ann</h1>"), "the page is kept");

    // What needs no password goes on.
    let answer = ann.post("/profile", &[("name", "Ann Lee")]).await;
    assert_eq!(answer.location(), "/profile");
}

#[tokio::test]
async fn sign_ups_are_counted_whether_an_account_came_of_them_or_not() {
    let app = App::start().await;
    used_up(&app, SIGN_UP, "ann@example.com", "127.0.0.1").await;
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let answer = app.browser().post("/signup", &form).await;
    assert_turned_away(&answer, "Too many sign-ups came from here.");
    assert!(answer.text().contains(r#"value="Ann""#), "it is kept");
    assert!(app.events_named("user_signed_up").await.is_empty());
}

/// As many attempts as one address has at one account.
async fn used_up(app: &App, throttle: Throttle, email: &str, address: &str) {
    let email = Email::normalized(email);
    for _ in 0..throttle.account_and_address {
        let recorded = throttle.record(&app.web.database, &email, address);
        recorded.await.unwrap();
    }
}

#[track_caller]
fn assert_turned_away(answer: &Answer, message: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.text().contains(message), "{}", answer.text());
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
}
