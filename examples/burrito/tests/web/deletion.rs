//! `/profile/delete`: the end of an account, here and at PostHog.

use std::time::Duration;

use hoglet_web::housekeeping::RemoveExpired;
use hoglet_web::jobs::Job;
use hoglet_web::testing::Mood;
use reqwest::StatusCode;
use tokio::join;

use app::jobs::send_confirmation::SendConfirmation;

use crate::commands::{done, run};
use crate::links::{RESET, ask, execute};
use crate::mailed::Mailed;
use crate::support::{Answer, App, Browser, PASSWORD, People, Person, email_of};

const KEY: (&str, &str) = ("POSTHOG_SECRET_KEY", "phx_test");
const JOB: &str = "hoglet_delete_person";

async fn delete(browser: &Browser, password: &str) -> Answer {
    let form = [("current_password", password)];
    browser.post("/profile/delete", &form).await
}

/// The attempts to delete at PostHog that are due now.
async fn attempts(app: &App) -> Vec<Option<String>> {
    let ran = app.run_jobs().await.into_iter();
    let ran = ran.filter(|ran| ran.job == JOB);
    ran.map(|ran| ran.error).collect()
}

#[tokio::test]
async fn with_the_account_goes_all_that_is_its_own() {
    let app = App::with(&[KEY]).await;
    let browser = app.browser();
    browser.get("/").await;
    let visitor = browser.visitor_id();
    browser.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    browser
        .post(&app.link_to("ann@example.com").await, &[])
        .await;
    let ann = app.user_id("Ann").await;

    assert_eq!(delete(&browser, PASSWORD).await.location(), "/");
    for table in ["users", "tokens", "visitor_links", "known_networks"] {
        assert_eq!(app.rows(table).await, 0, "{table}");
    }
    assert!(!phone.is_signed_in().await && !browser.is_signed_in().await);
    let page = browser.get("/").await.text();
    assert!(page.contains("Your account is deleted."));
    assert_ne!(browser.visitor_id(), visitor);
    let again = browser.try_log_in("ann@example.com", PASSWORD).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);

    // PostHog hears of it first, and deletes the person a minute later.
    assert_eq!(app.event("account_deleted").await.distinct_id, ann);
    assert!(attempts(&app).await.is_empty());
    app.let_time_pass(Duration::from_secs(60)).await;
    assert_eq!(attempts(&app).await, [None]);
    let deletions = app.posthog.deletions();
    let asked = deletions[0].body["distinct_ids"].as_array().unwrap();
    assert!(asked.contains(&ann.as_str().into()) && asked.contains(&visitor.as_str().into()));
    assert_eq!(deletions[0].persons, 1);
    assert!(
        app.events()
            .await
            .iter()
            .all(|event| event.distinct_id != ann)
    );
    let subjects = app.subjects_to("ann@example.com").await;
    assert_eq!(subjects.last().unwrap(), "Your account was deleted");
}

#[tokio::test]
async fn an_address_that_was_never_confirmed_is_told_nothing_of_the_account() {
    let app = App::start().await;
    let stranger = app.sign_up("Ann").await;
    app.run_jobs().await;
    let form = [("email", "lee@example.com"), ("current_password", PASSWORD)];
    stranger.post("/profile/email", &form).await;
    delete(&stranger, PASSWORD).await;
    let subjects = app.subjects_to("ann@example.com").await;
    let told = |subject: &String| subject.contains("change") || subject.contains("deleted");
    assert!(!subjects.iter().any(told), "{subjects:?}");
}

#[tokio::test]
async fn sent_from_many_tabs_at_once_it_happens_once() {
    let app = App::with(&[KEY]).await;
    let ann = app.sign_up("Ann").await;
    ann.post(&app.link_to("ann@example.com").await, &[]).await;
    let other_process = app.another().await;
    let tabs = (0..6).map(|n| {
        let tab = ann.copy().at(&[&app, &other_process][n % 2].url);
        tokio::spawn(async move { delete(&tab, PASSWORD).await.status })
    });
    for deleted in tabs.collect::<Vec<_>>() {
        assert_eq!(deleted.await.unwrap(), StatusCode::SEE_OTHER);
    }
    other_process.events().await;
    app.event("account_deleted").await;
    let ran = app.run_jobs().await;
    let notices = ran.iter().filter(|ran| ran.job == "send_notice").count();
    assert_eq!(notices, 1, "{ran:?}");
    app.let_time_pass(Duration::from_secs(60)).await;
    assert_eq!(attempts(&app).await, [None]);
    assert_eq!(app.posthog.deletions().len(), 1);
}

#[tokio::test]
async fn what_is_under_way_meanwhile_finds_no_account() {
    let app = App::start().await;
    for name in ["Ann", "Bob", "Lee"] {
        let tab = app.sign_up(name).await;
        let (same, phone) = (tab.copy(), app.browser());
        let email = email_of(name);
        let another = format!("{name}@example.net");
        let wish = [("email", &*another), ("current_password", PASSWORD)];
        let (deleted, wished, logged_in) = join!(
            delete(&tab, PASSWORD),
            same.post("/profile/email", &wish),
            phone.try_log_in(&email, PASSWORD),
        );
        assert_eq!(deleted.location(), "/");
        assert_eq!(wished.status, StatusCode::SEE_OTHER, "{name}");
        assert!(matches!(logged_in.status.as_u16(), 303 | 422), "{name}");
    }
    assert_eq!(app.rows("users").await + app.rows("tokens").await, 0);
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn it_takes_the_password_and_nobody_else_is_touched() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let bob = app.sign_up("Bob").await;
    let page = ann.get("/profile").await.text();
    assert!(page.contains(r#"action="/profile/delete""#) && !page.contains("<details open>"));
    for password in ["", "wrong"] {
        let answer = delete(&ann, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains("This is not your current password."));
        assert!(page.contains("<details open>"), "the form is in sight");
        assert_eq!(page.matches("aria-invalid").count(), 1);
    }
    assert!(ann.is_signed_in().await);

    delete(&ann, PASSWORD).await;
    assert!(bob.is_signed_in().await);
    assert_eq!(app.rows("users").await, 1);
    assert_eq!(
        app.browser().post("/profile/delete", &[]).await.location(),
        "/login"
    );
}

#[tokio::test]
async fn without_a_key_nobody_is_asked_to_delete_anything() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    delete(&ann, PASSWORD).await;
    app.let_time_pass(Duration::from_secs(60)).await;
    assert_eq!(attempts(&app).await, [None]);
    assert!(app.posthog.deletions().is_empty());
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn a_key_or_a_project_that_does_not_allow_it_keeps_the_erasure_until_it_is_mended() {
    let app = App::with(&[KEY]).await;
    for status in [401, 403, 404] {
        let ann = app.sign_up("Ann").await;
        delete(&ann, PASSWORD).await;
        app.events().await;
        app.posthog.feels(Mood::Answers(status));
        app.let_time_pass(Duration::from_secs(60)).await;
        let failed = attempts(&app).await;
        let error = failed[0].as_deref().unwrap();
        assert!(error.contains("POSTHOG_"), "{error}");
        app.posthog.feels(Mood::Well);
        assert_eq!(app.rows("jobs WHERE failed_at IS NOT NULL").await, 1);

        // Nobody sweeps it away: somebody is owed it.
        execute(&app, "UPDATE jobs SET failed_at = 1").await;
        RemoveExpired {}.enqueue(&app.web.database).await.unwrap();
        app.run_jobs().await;
        done(&run(&app, &["jobs", "retry", "--all"], &[]));
        assert_eq!(attempts(&app).await, [None]);
    }
    assert_eq!(app.posthog.deletions().len(), 3);
}

#[tokio::test]
async fn a_posthog_that_is_out_of_order_is_asked_again() {
    let app = App::with(&[KEY]).await;
    let ann = app.sign_up("Ann").await;
    delete(&ann, PASSWORD).await;
    app.events().await;
    app.posthog.feels(Mood::Fails);
    app.let_time_pass(Duration::from_secs(60)).await;
    let failed = attempts(&app).await;
    assert!(failed.len() == 1 && failed[0].is_some(), "{failed:?}");

    app.posthog.feels(Mood::Well);
    app.let_time_pass(Duration::from_secs(60)).await;
    assert_eq!(attempts(&app).await, [None]);
    assert_eq!(app.posthog.deletions().len(), 1);
}

#[tokio::test]
async fn no_failed_job_keeps_the_address_of_somebody_who_is_gone() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    app.run_jobs().await;
    // Of strangers who have asked for links, and one that a notice has in the middle of its fields.
    for email in ["ann@example.com", "joann@example.com", "bob@example.com"] {
        ask(&app.browser(), RESET, email).await;
    }
    let failed = "UPDATE jobs SET failed_at = 1, error = 'for a test'";
    execute(&app, failed).await;
    SendConfirmation::to(app.user_id("Ann").await.parse().unwrap())
        .enqueue(&app.web.database)
        .await
        .unwrap();
    execute(&app, failed).await;
    assert_eq!(app.rows("jobs").await, 4);

    delete(&ann, PASSWORD).await;
    let named = "jobs WHERE payload LIKE '%ann@%' AND failed_at IS NOT NULL";
    assert_eq!(app.rows(named).await, 1, "only Joann's");
    assert_eq!(app.rows("jobs WHERE failed_at IS NOT NULL").await, 2);
}
