//! `/confirm-email`: the owner of an address says that the account is theirs.

use app::routes::next::AFTER_LOG_IN;
use reqwest::StatusCode;

use crate::links::execute;
use crate::mailed::Mailed;
use crate::support::{App, PASSWORD, People, Person};

const LINE: &str = "Your e-mail address is not confirmed yet.";
const SUBJECT: &str = "Confirm your e-mail address";

#[tokio::test]
async fn who_signs_up_gets_a_link_that_confirms_the_address() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    assert!(ann.get("/profile").await.text().contains(LINE));

    let link = app.link_to("ann@example.com").await;
    let mut mails = app.mails().await.into_iter();
    let mail = mails.find(|mail| mail.subject == SUBJECT).unwrap();
    assert_eq!(mail.to, "ann@example.com");
    assert!(!mail.text.contains("Ann") && !mail.html.contains("Ann"));

    let page = ann.get(&link).await.text();
    assert!(page.contains("ann@example.com") && !page.contains(r#"type="password""#));
    assert!(!page.contains(LINE), "the page is about it already");
    assert_eq!(ann.post(&link, &[]).await.location(), AFTER_LOG_IN);
    let page = ann.get("/profile").await.text();
    assert!(page.contains("Thank you, your e-mail address is confirmed."));
    assert!(!page.contains(LINE));

    let event = app.event("email_confirmed").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
    assert!(app.events_named("user_logged_in").await.is_empty());
    assert_eq!(ann.post(&link, &[]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_scanner_that_opens_every_link_changes_nothing() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let link = app.link_to("ann@example.com").await;
    for browser in [&app.browser(), &ann] {
        for _ in 0..2 {
            let page = browser.get(&link).await;
            assert_eq!(page.status, StatusCode::OK);
            assert_eq!(page.header("referrer-policy"), "strict-origin");
            assert_eq!(page.header("cache-control"), "no-store");
            assert!(page.posthog_config().is_none(), "the address is a secret");
            assert_eq!(browser.head(&link).await.status, StatusCode::OK);
        }
    }
    assert!(ann.get("/profile").await.text().contains(LINE));
    assert!(app.events_named("email_confirmed").await.is_empty());
    assert_eq!(ann.post(&link, &[]).await.location(), AFTER_LOG_IN);
}

#[tokio::test]
async fn the_owner_of_an_address_never_confirms_what_a_stranger_has_made_with_it() {
    let app = App::start().await;
    let stranger = app.sign_up("Ann").await;
    let link = app.link_to("ann@example.com").await;
    let ann = app.browser();
    let page = ann.get(&link).await.text();
    assert!(page.contains(r#"type="password""#));

    for (password, message) in [
        ("", "Type the password of the account."),
        ("mine", "This is not the password of the account."),
    ] {
        let answer = ann.post(&link, &[("password", password)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(message));
    }
    assert!(!ann.is_signed_in().await);
    assert!(stranger.get("/profile").await.text().contains(LINE));
    assert!(app.events_named("email_confirmed").await.is_empty());
    assert_eq!(app.events_named("user_login_failed").await.len(), 2);
}

#[tokio::test]
async fn on_another_device_the_password_confirms_and_logs_in() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let link = app.link_to("ann@example.com").await;
    let phone = app.browser();
    phone.get("/").await;
    let visitor = phone.visitor_id();
    let answer = phone.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert!(!phone.get("/profile").await.text().contains(LINE));

    let id = app.user_id("Ann").await;
    let event = app.event("user_logged_in").await;
    assert_eq!(event["login_method"], "email");
    assert_eq!(event.distinct_id, id);
    assert_eq!(app.event("email_confirmed").await.distinct_id, id);
    let identified = app.events_named("$identify").await;
    let joined = identified.iter().any(|event| {
        event.distinct_id == id && event["$anon_distinct_id"].as_str() == Some(&*visitor)
    });
    assert!(joined, "{identified:#?}");
}

#[tokio::test]
async fn somebody_else_who_is_signed_in_here_is_told_and_stays_who_they_are() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let link = app.link_to("ann@example.com").await;
    let browser = app.sign_up("Bob").await;
    let page = browser.get(&link).await.text();
    assert!(page.contains("this link belongs to another account"));
    let answer = browser.post(&link, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let profile = browser.get("/profile").await.text();
    assert!(profile.contains("bob@example.com"));

    let answer = browser.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    let profile = browser.get("/profile").await.text();
    assert!(profile.contains("ann@example.com") && !profile.contains("bob@example.com"));
}

#[tokio::test]
async fn a_link_that_is_old_or_made_up_leads_to_one_kind_page() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let first = app.link_to("ann@example.com").await;
    assert_eq!(ann.post("/confirm-email", &[]).await.location(), "/profile");
    let second = app.link_to("ann@example.com").await;
    assert_ne!(first, second);
    app.tokens_expire().await;
    for link in [&*first, &second, "/confirm-email/made-up"] {
        let answers = [ann.get(link).await, ann.post(link, &[]).await];
        for answer in answers {
            assert_eq!(answer.status, StatusCode::GONE, "{link}");
            assert!(answer.text().contains("This link does not work any more"));
        }
    }
    assert!(ann.get("/profile").await.text().contains(LINE));
}

/// How many mails asked Ann to confirm.
async fn sent(app: &App) -> usize {
    let subjects = app.subjects_to("ann@example.com").await;
    subjects.iter().filter(|sent| *sent == SUBJECT).count()
}

#[tokio::test]
async fn it_is_sent_again_on_demand_and_not_too_often() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser.post("/confirm-email", &[]).await;
    assert_eq!(answer.location(), "/login");

    let ann = app.sign_up("Ann").await;
    // One was sent at sign-up.
    for _ in 0..4 {
        assert_eq!(ann.post("/confirm-email", &[]).await.location(), "/profile");
    }
    let answer = ann.post("/confirm-email", &[]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after"));
    // While one is on its way no second one takes its place.
    assert_eq!(sent(&app).await, 1);

    let link = app.link_to("ann@example.com").await;
    ann.post(&link, &[]).await;
    ann.post("/confirm-email", &[]).await;
    let page = ann.get("/profile").await.text();
    assert!(page.contains("Your e-mail address is confirmed already."));
    assert_eq!(sent(&app).await, 1);
}

#[tokio::test]
async fn the_link_is_no_way_to_guess_the_password() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let link = app.link_to("ann@example.com").await;
    let browser = app.browser();
    for _ in 0..5 {
        let answer = browser.post(&link, &[("password", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = browser.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after"));
    let page = answer.text();
    assert!(page.contains("Too many log-ins have failed."));
    assert!(page.contains(r#"name="password""#), "the form stays");
    let log_in = browser.try_log_in("ann@example.com", PASSWORD).await;
    assert_eq!(log_in.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_mail_that_waits_for_its_next_try_goes_out_when_it_is_asked_for_again() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    // The mail server was away, and the next try is in 43 minutes.
    let later = "UPDATE jobs SET attempt = 8, begun = TRUE, error = 'no connection', \
                 run_at = run_at + 2580000 WHERE kind = 'send_confirmation'";
    execute(&app, later).await;
    let confirmations = async || {
        let mut subjects = app.subjects_to("ann@example.com").await;
        subjects.retain(|subject| subject == SUBJECT);
        subjects.len()
    };
    assert_eq!(confirmations().await, 0);

    ann.post("/confirm-email", &[]).await;
    ann.post("/confirm-email", &[]).await;
    assert_eq!(confirmations().await, 1);
    assert_eq!(app.rows("jobs").await, 0);
}
