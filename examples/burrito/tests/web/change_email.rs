//! `/profile/email`: another address for an account, once its owner has answered.

use reqwest::StatusCode;
use serde_json::json;

use crate::mailed::Mailed;
use crate::support::{Answer, App, Browser, PASSWORD, People, Person};

const OLD: &str = "ann@example.com";
const NEW: &str = "lee@example.com";

async fn ask(browser: &Browser, email: &str, password: &str) -> Answer {
    let form = [("email", email), ("current_password", password)];
    browser.post("/profile/email", &form).await
}

#[tokio::test]
async fn the_address_changes_when_the_new_one_has_answered() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post(&app.link_to(OLD).await, &[]).await;
    ann.post("/forgot-password", &[("email", OLD)]).await;
    let resets = app.link_to(OLD).await;
    assert_eq!(
        ask(&ann, " Lee@Example.com ", PASSWORD).await.location(),
        "/profile"
    );
    let link = app.link_to(NEW).await;
    let told = "Your e-mail address is to be changed";
    assert_eq!(app.subjects_to(OLD).await.last().unwrap(), told);
    let page = ann.get("/profile").await.text();
    assert!(page.contains(OLD) && page.contains(NEW) && page.contains("waiting for you"));

    // A scanner, in the new mailbox.
    app.browser().get(&link).await;
    app.browser().head(&link).await;
    assert!(ann.get("/profile").await.text().contains(OLD));
    assert!(app.events_named("email_changed").await.is_empty());

    assert!(ann.get(&link).await.text().contains(NEW));
    assert_eq!(ann.post(&link, &[]).await.location(), "/profile");
    let page = ann.get("/profile").await.text();
    assert!(page.contains("Your e-mail address was changed.") && !page.contains(OLD));
    assert!(page.contains(", confirmed"));
    let subjects = app.subjects_to(OLD).await;
    assert_eq!(subjects.last().unwrap(), "Your e-mail address was changed");
    // What lies in the old mailbox is worth nothing any more.
    for link in [&*resets, &link] {
        assert_eq!(ann.post(link, &[]).await.status, StatusCode::GONE);
    }

    let set = app.event("$set").await;
    assert_eq!(set["$set"], json!({ "email": NEW, "name": "Ann" }));
    let changed = app.event("email_changed").await;
    assert_eq!(changed.distinct_id, set.distinct_id);
    let browser = app.browser();
    assert_eq!(
        browser.try_log_in(OLD, PASSWORD).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        browser.try_log_in(NEW, PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn it_takes_the_password_and_an_address_of_its_own() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    for (email, password, message) in [
        (NEW, "wrong", "This is not your current password."),
        (NEW, "", "This is not your current password."),
        (
            "lee@",
            PASSWORD,
            "Write an e-mail address such as you@example.com.",
        ),
        (OLD, PASSWORD, "This is your address already."),
        (
            "bob@example.com",
            PASSWORD,
            "This e-mail already has an account.",
        ),
    ] {
        let answer = ask(&ann, email, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
        let page = answer.text();
        assert!(page.contains(message), "{email}: {page}");
        assert!(page.contains(&format!(r#"value="{email}""#)), "it is kept");
        assert_eq!(page.matches("aria-invalid").count(), 1, "{page}");
    }
    assert!(app.subjects_to(NEW).await.is_empty());
}

#[tokio::test]
async fn mails_to_one_address_have_a_bound() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for _ in 0..5 {
        assert_eq!(ask(&ann, NEW, PASSWORD).await.location(), "/profile");
    }
    let answer = ask(&ann, NEW, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.text().contains("Too many mails were asked for."));
}

#[tokio::test]
async fn whose_mailbox_it_is_by_mistake_gets_no_account() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ask(&ann, NEW, PASSWORD).await;
    let link = app.link_to(NEW).await;
    let lee = app.browser();
    let page = lee.get(&link).await.text();
    assert!(page.contains(r#"type="password""#) && !page.contains(OLD));
    let answer = lee.post(&link, &[("password", "mine")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!lee.is_signed_in().await);
    assert!(ann.get("/profile").await.text().contains(OLD));

    // With the account's password it is a log-in.
    let phone = app.browser();
    let answer = phone.post(&link, &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/profile");
    assert!(phone.get("/profile").await.text().contains(NEW));
}

#[tokio::test]
async fn an_address_that_is_taken_meanwhile_changes_nothing() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ask(&ann, NEW, PASSWORD).await;
    let link = app.link_to(NEW).await;
    app.sign_up("Lee").await;

    let answer = ann.post(&link, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .text()
            .contains("Another account has got this address")
    );
    assert!(ann.get("/profile").await.text().contains(OLD));
    assert!(app.events_named("email_changed").await.is_empty());
    let told = app.subjects_to(OLD).await;
    assert!(!told.contains(&"Your e-mail address was changed".to_owned()));
}

#[tokio::test]
async fn the_newest_wish_counts_and_grows_old() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ask(&ann, NEW, PASSWORD).await;
    let first = app.link_to(NEW).await;
    ask(&ann, "ann@example.org", PASSWORD).await;
    let second = app.link_to("ann@example.org").await;
    assert_eq!(ann.get(&first).await.status, StatusCode::GONE);
    assert!(!ann.get("/profile").await.text().contains(NEW));

    app.tokens_expire().await;
    assert_eq!(ann.post(&second, &[]).await.status, StatusCode::GONE);
    assert!(!ann.get("/profile").await.text().contains("waiting for you"));
}

/// What the profile says of another address.
async fn waits(browser: &Browser) -> bool {
    let page = browser.get("/profile").await.text();
    let waits = page.contains("waiting for you");
    assert_eq!(page.contains(r#"action="/profile/email/cancel""#), waits);
    waits
}

#[tokio::test]
async fn an_older_wish_whose_mail_is_late_changes_nothing() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ask(&ann, "typo@example.com", PASSWORD).await;
    // Nothing has been sent yet: the wish is known all the same.
    assert!(
        ann.get("/profile")
            .await
            .text()
            .contains("typo@example.com")
    );
    ask(&ann, NEW, PASSWORD).await;
    let page = ann.get("/profile").await.text();
    assert!(page.contains(NEW) && !page.contains("typo@example.com"));

    let link = app.link_to(NEW).await;
    assert!(app.subjects_to("typo@example.com").await.is_empty());
    let page = ann.get("/profile").await.text();
    assert!(page.contains(NEW) && !page.contains("typo@example.com"));
    assert_eq!(ann.post(&link, &[]).await.location(), "/profile");
    assert!(ann.get("/profile").await.text().contains(NEW));
}

#[tokio::test]
async fn a_wish_can_be_taken_back_before_its_mail_was_sent_and_after() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for sent in [false, true] {
        ask(&ann, NEW, PASSWORD).await;
        let link = match sent {
            true => Some(app.link_to(NEW).await),
            false => None,
        };
        assert!(waits(&ann).await);
        let answer = ann.post("/profile/email/cancel", &[]).await;
        assert_eq!(answer.location(), "/profile");
        let page = ann.get("/profile").await.text();
        assert!(page.contains("Your e-mail address stays as it is."));
        assert!(!page.contains(NEW) && !waits(&ann).await);
        assert_eq!(app.subjects_to(NEW).await.len(), usize::from(sent));
        if let Some(link) = link {
            assert_eq!(ann.post(&link, &[]).await.status, StatusCode::GONE);
        }
    }
    // Without a wish there is nothing to take back, and without an account neither.
    let answer = ann.post("/profile/email/cancel", &[]).await;
    assert_eq!(answer.location(), "/profile");
    let answer = app.browser().post("/profile/email/cancel", &[]).await;
    assert_eq!(answer.location(), "/login");
}

#[tokio::test]
async fn nobody_waits_for_an_address_that_is_taken_by_now() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ask(&ann, NEW, PASSWORD).await;
    assert!(waits(&ann).await);
    app.sign_up("Lee").await;
    assert!(!waits(&ann).await);
    let subjects = app.subjects_to(NEW).await;
    assert!(
        !subjects
            .iter()
            .any(|subject| subject == "Your new e-mail address")
    );
}

#[tokio::test]
async fn of_many_wishes_at_once_one_link_works() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let addresses = [
        "a@example.org",
        "b@example.org",
        "c@example.org",
        "d@example.org",
    ];
    let asking = addresses.map(|email| {
        let tab = ann.copy();
        tokio::spawn(async move { ask(&tab, email, PASSWORD).await.status })
    });
    for asked in asking {
        assert_eq!(asked.await.unwrap(), StatusCode::SEE_OTHER);
    }
    app.run_jobs().await;
    let mut mailed = Vec::new();
    for address in addresses {
        mailed.extend(app.subjects_to(address).await);
    }
    assert_eq!(mailed.len(), 1, "{mailed:?}");
}
