//! `/confirm-email`: the owner of an address confirms that the account is theirs.

use insta::assert_snapshot;

use crate::support::*;

/// What the pages say as long as the address is not confirmed.
const LINE: &str = "Your e-mail address is not confirmed yet.";
const SUBJECT: &str = "Confirm your e-mail address";

/// How many mails asked Ann to confirm her address.
async fn mails_sent(app: &App) -> usize {
    let subjects = app.subjects_to(ANN).await;
    subjects.iter().filter(|sent| *sent == SUBJECT).count()
}

#[tokio::test]
async fn a_new_user_gets_a_link_that_confirms_the_address() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    assert!(ann.page("/profile").await.contains(LINE));

    let link = app.link_to(ANN, CONFIRM).await;
    let page = ann.page(&link).await;
    assert!(page.contains(ANN) && !page.contains(r#"type="password""#));
    assert!(!page.contains(LINE), "the page is about it already");
    assert_eq!(ann.post(&link, &[]).await.location(), AFTER_LOG_IN);
    let page = ann.page("/profile").await;
    assert!(page.contains("Thank you, your e-mail address is confirmed."));
    assert!(!page.contains(LINE));

    let event = app.event("email_confirmed").await;
    assert_eq!(event.distinct_id, app.user_id(ANN).await);
    assert!(app.events_named("user_logged_in").await.is_empty());
    assert_gone(&app, &link).await;
}

#[tokio::test]
async fn the_mail_says_why_it_comes_and_how_long_the_link_works() {
    let app = App::with(&[("APP_NAME", "Hats")]).await;
    app.sign_up(ANN).await;
    let link = app.link_to(ANN, CONFIRM).await;
    let mut mails = app.mails_to(ANN).await.into_iter();
    let mail = mails.find(|mail| mail.subject == SUBJECT).unwrap();
    let text = mail.text.replace(&link, "/LINK");
    assert_snapshot!(text.replace(&app.url, "https://hats.example"), @"
    Hello,

    Somebody has made an account at Hats with this address. If that was you, open this link to confirm the address:

    https://hats.example/LINK

    It works for three days.

    If that was not you, do nothing: the account does not become yours, and the address stays unconfirmed.

    --
    Hats
    You get this mail because your address was given at https://hats.example.
    ");
}

#[tokio::test]
async fn a_scanner_that_opens_the_link_confirms_nothing() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    let link = app.link_to(ANN, CONFIRM).await;
    for browser in [&app.browser(), &ann] {
        let page = browser.get(&link).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("referrer-policy"), "strict-origin");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.posthog_config().is_none(), "the address is a secret");
        assert_eq!(browser.head(&link).await.status, 200);
    }
    assert!(ann.page("/profile").await.contains(LINE));
    assert_eq!(ann.post(&link, &[]).await.location(), AFTER_LOG_IN);
}

#[tokio::test]
async fn on_another_device_the_password_confirms_and_logs_in() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    let link = app.link_to(ANN, CONFIRM).await;
    let phone = app.browser();
    phone.get("/").await;
    let visitor = phone.visitor_id();
    let answer = phone.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert!(!phone.page("/profile").await.contains(LINE));

    let id = app.user_id(ANN).await;
    let event = app.event("user_logged_in").await;
    assert_eq!(event["login_method"], "email");
    assert_eq!(event.distinct_id, id);
    assert_eq!(app.event("email_confirmed").await.distinct_id, id);
    let identified = app.events_named("$identify").await;
    assert!(
        identified
            .iter()
            .any(|event| event["$anon_distinct_id"] == visitor)
    );
}

#[tokio::test]
async fn another_user_is_told_whose_link_it_is_and_stays_signed_in() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    let link = app.link_to(ANN, CONFIRM).await;
    let bob = app.sign_up(BOB).await;
    assert!(
        bob.page(&link)
            .await
            .contains("You are logged in to a different account")
    );
    assert_eq!(bob.post(&link, &[]).await.status, 422);
    assert!(bob.page("/profile").await.contains(BOB));

    let answer = bob.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert!(bob.page("/profile").await.contains(ANN));
}

#[tokio::test]
async fn it_is_sent_again_on_demand_but_not_too_often() {
    let app = App::start().await;
    let visitor = app.browser().post("/confirm-email", &[]).await;
    assert_eq!(visitor.location(), "/login");

    let ann = app.sign_up(ANN).await;
    // One mail was enqueued at sign-up.
    for _ in 0..4 {
        assert_eq!(ann.post("/confirm-email", &[]).await.location(), "/profile");
    }
    let answer = ann.post("/confirm-email", &[]).await;
    assert_throttled(&answer, "Too many mails were asked for.");
    assert_eq!(
        mails_sent(&app).await,
        1,
        "the others found it in the queue"
    );

    ann.post(&app.link_to(ANN, CONFIRM).await, &[]).await;
    ann.post("/confirm-email", &[]).await;
    let page = ann.page("/profile").await;
    assert!(page.contains("Your e-mail address is confirmed already."));
    assert_eq!(mails_sent(&app).await, 1);
}

#[tokio::test]
async fn a_mail_that_waits_for_its_next_attempt_goes_out_when_it_is_asked_for_again() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    app.execute(
        "UPDATE jobs SET attempt = 8, begun = TRUE, error = 'no connection', \
         run_at = run_at + 2580000 WHERE kind = 'send_confirmation'",
    )
    .await;
    assert_eq!(mails_sent(&app).await, 0);

    ann.post("/confirm-email", &[]).await;
    ann.post("/confirm-email", &[]).await;
    assert_eq!(mails_sent(&app).await, 1);
    assert_eq!(app.count_rows("jobs").await, 0);
}

#[tokio::test]
async fn the_link_does_not_help_to_guess_the_password() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    let link = app.link_to(ANN, CONFIRM).await;
    let browser = app.browser();
    for _ in 0..5 {
        let answer = browser.post(&link, &[("password", "wrong")]).await;
        assert_refused(&answer, "This is not the password of the account.");
    }
    let answer = browser.post(&link, &[("password", PASSWORD)]).await;
    assert_throttled(&answer, "Too many log-ins have failed.");
    assert!(
        answer.text().contains(r#"name="password""#),
        "the form stays"
    );
    assert_eq!(browser.try_log_in(ANN, PASSWORD).await.status, 429);
}
