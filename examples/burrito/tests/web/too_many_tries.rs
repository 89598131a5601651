//! What happens to who tries too often: `src/accounts/limits.rs` says how often.

use app::accounts::limits::{ANY_MAIL, CONFIRMATION_MAIL, LOG_IN, SIGN_UP, TAKEN};
use hoglet_web::email::Email;
use hoglet_web::throttle::{Throttle, Who};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::links::{LOG_IN as LOG_IN_LINK, RESET, ask, confirm};
use crate::mailed::Mailed;
use crate::support::{Answer, App, PASSWORD, People, Person, email_of};

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
    let form = |guess| {
        [
            ("current_password", guess),
            ("new_password", "another sentence"),
        ]
    };
    for _ in 0..5 {
        let answer = ann.post("/profile/password", &form("wrong")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = ann.post("/profile/password", &form(PASSWORD)).await;
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

#[tokio::test]
async fn sign_up_tells_of_twenty_addresses_that_they_are_taken_and_then_nothing() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    let sign_up = async |email: &str, network: &str| {
        let form = [("name", "Eve"), ("email", email), ("password", PASSWORD)];
        let from = [("x-forwarded-for", network)];
        app.browser().post_with("/signup", &form, &from).await
    };
    for n in 1..TAKEN.address {
        let email = Email::normalized(&format!("{n}@example.com"));
        let who = stranger(&email, "192.0.2.1");
        app.web.attempts.count(&TAKEN, who).await.unwrap();
    }
    assert_eq!(sign_up("eve@example.com", "192.0.2.1").await.status, 303);
    let taken = sign_up("ann@example.com", "192.0.2.1").await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    for email in ["ann@example.com", "lee@example.com"] {
        let answer = sign_up(email, "192.0.2.1").await;
        let message = "Too many sign-ups from here were for addresses that have an account.";
        assert_turned_away(&answer, message);
    }
    assert_eq!(sign_up("lee@example.com", "192.0.2.2").await.status, 303);
}

#[tokio::test]
async fn of_mails_asked_for_all_at_once_five_are_sent() {
    for form in ["/forgot-password", "/login-link"] {
        let app = App::start().await;
        let mut asking = JoinSet::new();
        for _ in 0..60 {
            let browser = app.browser();
            let email = [("email", "ann@example.com")];
            asking.spawn(async move { browser.post(form, &email).await.status });
        }
        let statuses = asking.join_all().await;
        let of = |status: u16| statuses.iter().filter(|one| **one == status).count();
        assert_eq!((of(303), of(429)), (5, 55), "{form}: {statuses:?}");
        assert_eq!(app.run_jobs().await.len(), 5);
    }
}

#[tokio::test]
async fn one_kind_of_mail_leaves_the_others_their_room() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for kind in [RESET, LOG_IN_LINK] {
        for status in [303, 303, 303, 303, 303, 429] {
            let answer = ask(&app.browser(), kind, "ann@example.com").await;
            assert_eq!(answer.status, status, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn mails_that_strangers_have_asked_for_do_not_lock_out_the_owner() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let home = [("x-forwarded-for", "192.0.2.1")];
    for (name, confirmed) in [("Ann", true), ("Bob", false)] {
        let email = email_of(name);
        let sign_up = [("name", name), ("email", &email), ("password", PASSWORD)];
        let browser = app.browser();
        browser.post_with("/signup", &sign_up, &home).await;
        // Not even a session is left.
        browser.post_with("/logout", &[], &home).await;
        if confirmed {
            confirm(&app, name).await;
        }
        for kind in [RESET, LOG_IN_LINK] {
            let form = [("email", &*email)];
            for n in 0..10 {
                let from = [("x-forwarded-for", &*format!("198.51.100.{n}"))];
                let answer = app.browser().post_with(kind.form, &form, &from).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER);
            }
            let another = [("x-forwarded-for", "198.51.100.99")];
            let answer = app.browser().post_with(kind.form, &form, &another).await;
            assert_turned_away(&answer, "Too many mails were asked for.");
            let own = app.browser().post_with(kind.form, &form, &home).await;
            assert_eq!(own.status, StatusCode::SEE_OTHER, "{name}");
        }
    }
}

#[tokio::test]
async fn who_signs_up_as_somebody_again_and_again_sends_them_few_mails() {
    let app = App::start().await;
    for round in 0..8 {
        let stranger = app.sign_up("Ann").await;
        app.run_jobs().await;
        let page = stranger.get("/profile").await.text();
        let unsent = page.contains("No mail asks you to confirm your address");
        assert_eq!(unsent, round >= 5, "{round}");
        let form = [("current_password", PASSWORD)];
        assert_eq!(
            stranger.post("/profile/delete", &form).await.location(),
            "/"
        );
        app.run_jobs().await;
    }
    let mut subjects = app.subjects_to("ann@example.com").await;
    assert!(!subjects.iter().any(|subject| subject.contains("deleted")));
    subjects.retain(|subject| subject == "Confirm your e-mail address");
    assert_eq!(subjects.len(), 5);
}

#[tokio::test]
async fn who_signs_up_as_many_people_sends_few_of_them_mails() {
    let app = App::start().await;
    for n in 0..CONFIRMATION_MAIL.address {
        let email = Email::normalized(&format!("{n}@example.com"));
        let who = stranger(&email, "127.0.0.1");
        app.web
            .attempts
            .count(&CONFIRMATION_MAIL, who)
            .await
            .unwrap();
    }
    let ann = app.sign_up("Ann").await;
    assert!(app.subjects_to("ann@example.com").await.is_empty());
    // It is there to be asked for again, when there is room.
    let answer = ann.post("/confirm-email", &[]).await;
    assert_turned_away(&answer, "Too many mails were asked for.");
}

#[tokio::test]
async fn who_signs_up_as_many_people_asks_for_few_links() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for n in 0..ANY_MAIL.address {
        let email = Email::normalized(&format!("{n}@example.com"));
        let who = stranger(&email, "127.0.0.1");
        app.web.attempts.count(&ANY_MAIL, who).await.unwrap();
    }
    for kind in [RESET, LOG_IN_LINK] {
        let answer = ask(&app.browser(), kind, "ann@example.com").await;
        assert_turned_away(&answer, "Too many mails were asked for.");
    }
    // The owner of an address is held up by nobody at their network.
    confirm(&app, "Ann").await;
    for kind in [RESET, LOG_IN_LINK] {
        let answer = ask(&app.browser(), kind, "ann@example.com").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{kind:?}");
    }
}

/// As many attempts as one network has at one account that is not known there.
async fn used_up(app: &App, throttle: Throttle, email: &str, network: &str) {
    let email = Email::normalized(email);
    for _ in 0..throttle.account_and_address {
        let who = stranger(&email, network);
        app.web.attempts.count(&throttle, who).await.unwrap();
    }
}

/// Who is known to no account.
fn stranger<'a>(email: &'a Email, network: &'a str) -> Who<'a> {
    Who {
        email,
        network,
        known: false,
    }
}

#[track_caller]
fn assert_turned_away(answer: &Answer, message: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
    let wait = match seconds.div_ceil(60) {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    let said = format!("{message} Try again in {wait}.");
    assert!(answer.text().contains(&said), "{}", answer.text());
}
