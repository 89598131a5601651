//! The throttles of accounts.
//!
//! `hoglet_web::throttle::accounts` has the numbers, and `hoglet_web` tests how a throttle counts.

use hoglet_web::email::Email;
use hoglet_web::throttle::accounts::{ANY_MAIL, CONFIRMATION_MAIL, TAKEN_ADDRESS};
use hoglet_web::throttle::{Attempt, Throttle};

use crate::support::*;

const HOME: &str = "192.0.2.1";
const ELSEWHERE: &str = "192.0.2.2";
const TOO_MANY_MAILS: &str = "Too many mails were asked for.";

/// An app that trusts the address in `X-Forwarded-For`.
async fn behind_a_proxy() -> App {
    App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await
}

/// Sends a form from an address, in a new browser.
async fn post_from(app: &App, address: &str, path: &str, form: &[(&str, &str)]) -> Answer {
    let from = [("x-forwarded-for", address)];
    app.browser().post_with(path, form, &from).await
}

/// Counts attempts of strangers in one network, each with another account.
async fn use_up(app: &App, throttle: Throttle, network: &str, attempts: u64) {
    for n in 0..attempts {
        let email = Email::normalized(&format!("{n}@example.com"));
        let attempt = Attempt {
            email: &email,
            network,
            known: false,
        };
        app.web.attempts.count(&throttle, attempt).await.unwrap();
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn five_wrong_passwords_lock_an_account_for_five_minutes() {
    let (app, _) = app_with_ann().await;
    let browser = app.browser();
    for _ in 0..5 {
        let answer = browser.try_log_in("Ann@example.com", "wrong").await;
        assert_refused(&answer, "Wrong e-mail or password.");
    }
    let answer = browser.try_log_in(ANN, PASSWORD).await;
    assert_throttled(&answer, "Too many log-ins have failed.");
    assert_shows(&answer.text(), r#"value="ann@example.com""#);
    assert_hides(&answer.text(), PASSWORD);
    assert_eq!(app.events_named("user_login_failed").await.len(), 5);

    app.let_time_pass(5 * MINUTE).await;
    app.log_in(ANN).await;
}

#[tokio::test]
async fn a_stolen_session_does_not_help_to_guess_the_password() {
    let (_app, thief) = app_with_ann().await;
    for _ in 0..5 {
        let answer = thief.change_password("wrong", NEW_PASSWORD).await;
        assert_refused(&answer, "This is not your current password.");
    }
    let answer = thief.change_password(PASSWORD, NEW_PASSWORD).await;
    assert_throttled(&answer, "Too many log-ins have failed.");
    // A form without the password is not locked.
    let answer = thief.post("/profile", &[("name", "Ann Lee")]).await;
    assert_eq!(answer.location(), "/profile");
}

#[tokio::test]
async fn sign_up_tells_of_twenty_addresses_that_they_have_an_account_and_then_nothing() {
    let app = behind_a_proxy().await;
    app.sign_up(ANN).await;
    use_up(&app, TAKEN_ADDRESS, HOME, TAKEN_ADDRESS.address - 1).await;
    let sign_up = async |address, email| {
        let form = [("name", "Eve"), ("email", email), ("password", PASSWORD)];
        post_from(&app, address, "/signup", &form).await
    };
    assert_eq!(sign_up(HOME, BOB).await.status, 303);
    assert_eq!(sign_up(HOME, ANN).await.status, 422, "the twentieth");
    let message = "Too many sign-ups from here were for addresses that have an account.";
    assert_throttled(&sign_up(HOME, LEE).await, message);
    assert_eq!(sign_up(ELSEWHERE, LEE).await.status, 303);
}

#[tokio::test]
async fn five_mails_of_each_kind_go_to_one_address_with_an_account_or_without() {
    let (app, ann) = app_with_ann().await;
    for email in [ANN, LEE] {
        for kind in [RESET, LOG_IN] {
            for _ in 0..5 {
                let answer = app.browser().ask_for(kind, email).await;
                assert_eq!(answer.location(), "/login");
            }
            let answer = app.browser().ask_for(kind, email).await;
            assert_throttled(&answer, TOO_MANY_MAILS);
        }
    }
    for _ in 0..5 {
        assert_eq!(ann.change_email(BOB).await.location(), "/profile");
    }
    assert_throttled(&ann.change_email(BOB).await, TOO_MANY_MAILS);
}

#[tokio::test]
async fn mails_that_strangers_asked_for_do_not_lock_out_the_owner() {
    let app = behind_a_proxy().await;
    for (email, is_confirmed) in [(ANN, true), (BOB, false)] {
        let form = [("name", "Ann"), ("email", email), ("password", PASSWORD)];
        post_from(&app, HOME, "/signup", &form).await;
        if is_confirmed {
            app.confirm(email).await;
        }
        let form = [("email", email)];
        for n in 0..10 {
            let answer = post_from(&app, &format!("198.51.100.{n}"), RESET.form, &form).await;
            assert_eq!(answer.status, 303);
        }
        let stranger = post_from(&app, ELSEWHERE, RESET.form, &form).await;
        assert_throttled(&stranger, TOO_MANY_MAILS);
        let owner = post_from(&app, HOME, RESET.form, &form).await;
        assert_eq!(owner.status, 303, "{email}");
    }
}

#[tokio::test]
async fn signing_up_again_and_again_with_one_address_sends_it_five_mails() {
    let app = App::start().await;
    for round in 0..7 {
        let stranger = app.sign_up(ANN).await;
        app.run_jobs().await;
        let page = stranger.page("/profile").await;
        let is_unsent = page.contains("We could not send the mail to confirm your address");
        assert_eq!(is_unsent, round >= 5, "{round}");
        assert_eq!(stranger.delete_account(PASSWORD).await.location(), "/");
    }
    let mut subjects = app.subjects_to(ANN).await;
    subjects.retain(|subject| subject == "Confirm your e-mail address");
    assert_eq!(subjects.len(), 5);
}

#[tokio::test]
async fn signing_up_as_many_people_sends_few_mails() {
    let app = App::start().await;
    use_up(&app, CONFIRMATION_MAIL, "127.0.0.1", 30).await;
    let ann = app.sign_up(ANN).await;
    assert_throttled(&ann.post("/confirm-email", &[]).await, TOO_MANY_MAILS);
    use_up(&app, ANY_MAIL, "127.0.0.1", ANY_MAIL.address).await;
    assert_throttled(&app.browser().ask_for(RESET, ANN).await, TOO_MANY_MAILS);
    // Other people at the same network do not lock out the owner of an address.
    app.confirm(ANN).await;
    assert_eq!(app.browser().ask_for(RESET, ANN).await.status, 303);
}
