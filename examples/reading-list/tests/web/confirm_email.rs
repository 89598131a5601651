//! `/confirm-email`: the owner of an address confirms that the account is theirs.

use insta::assert_snapshot;

use crate::support::*;

/// The reminder on all pages until the address is confirmed.
const LINE: &str = "Your e-mail address is not confirmed yet.";
const SUBJECT: &str = "Confirm your e-mail address";

/// The number of mails that asked Ann to confirm her address.
async fn mails_sent(app: &App) -> usize {
    let subjects = app.subjects_to(ANN).await;
    subjects.iter().filter(|sent| *sent == SUBJECT).count()
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_new_user_gets_a_link_that_confirms_the_address() {
    let (app, ann) = app_with_ann().await;
    assert_shows(&ann.page("/profile").await, LINE);

    let link = app.link_to(ANN, CONFIRM).await;
    let page = ann.page(&link).await;
    assert!(page.contains(ANN) && !page.contains(r#"type="password""#));
    assert_hides(&page, LINE);
    assert_eq!(ann.post(&link, &[]).await.location(), AFTER_LOG_IN);
    let page = ann.page("/profile").await;
    assert_shows(&page, "Thank you, your e-mail address is confirmed.");
    assert_hides(&page, LINE);

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

    Someone created an account at Hats with this e-mail address. If that was you, open this link to confirm the address:

    https://hats.example/LINK

    It works once and expires in 3 days.

    If it was not you, ignore this e-mail. The address will stay unconfirmed.

    --
    Hats
    You received this e-mail because someone entered your address at https://hats.example.
    ");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn on_another_device_the_password_confirms_and_logs_in() {
    let (app, _) = app_with_ann().await;
    let link = app.link_to(ANN, CONFIRM).await;
    let phone = app.browser();
    phone.get("/").await;
    let visitor = phone.visitor_id();
    let answer = phone.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert_hides(&phone.page("/profile").await, LINE);

    let id = app.user_id(ANN).await;
    let event = app.event("user_logged_in").await;
    assert_eq!(event["login_method"], "email");
    assert_eq!(event.distinct_id, id);
    assert_eq!(app.event("email_confirmed").await.distinct_id, id);
    let identified = app.events_named("$identify").await;
    assert_eq!(identified.last().unwrap()["$anon_distinct_id"], visitor);
}

#[tokio::test]
async fn another_user_sees_that_the_link_is_for_another_account() {
    let (app, _) = app_with_ann().await;
    let link = app.link_to(ANN, CONFIRM).await;
    let browser = app.sign_up(BOB).await;
    let page = browser.page(&link).await;
    assert_shows(&page, "You are logged in to a different account.");
    assert_eq!(browser.post(&link, &[]).await.status, 422);
    assert_shows(&browser.page("/profile").await, BOB);

    // Ann's password logs Ann in.
    let answer = browser.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    assert_shows(&browser.page("/profile").await, ANN);
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
    // The other requests found this mail in the queue, and enqueued no other.
    assert_eq!(mails_sent(&app).await, 1);

    ann.post(&app.link_to(ANN, CONFIRM).await, &[]).await;
    ann.post("/confirm-email", &[]).await;
    let page = ann.page("/profile").await;
    assert_shows(&page, "Your e-mail address is confirmed already.");
    assert_eq!(mails_sent(&app).await, 1);
}

#[tokio::test]
async fn the_link_does_not_help_to_guess_the_password() {
    let (app, _) = app_with_ann().await;
    let link = app.link_to(ANN, CONFIRM).await;
    let browser = app.browser();
    for _ in 0..5 {
        let answer = browser.post(&link, &[("password", "wrong")]).await;
        assert_refused(&answer, "This is not the password of the account.");
    }
    let answer = browser.post(&link, &[("password", PASSWORD)]).await;
    assert_throttled(&answer, "Too many log-ins have failed.");
    assert_shows(&answer.text(), r#"name="password""#);
    assert_eq!(browser.try_log_in(ANN, PASSWORD).await.status, 429);
}
