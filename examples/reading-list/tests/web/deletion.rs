//! `/profile/delete`: deletes an account, here and at PostHog.

use tokio::join;

use crate::support::commands::run;
use crate::support::*;

const KEY: (&str, &str) = ("POSTHOG_SECRET_KEY", "phx_test");

/// Runs the jobs of the next minute. Returns the results of those that delete a person at PostHog:
/// `None` is a success.
async fn deletions_at_posthog(app: &App) -> Vec<Option<String>> {
    app.let_time_pass(MINUTE).await;
    let mut ran = app.run_jobs().await;
    ran.retain(|ran| ran.job == "hoglet_delete_person");
    ran.into_iter().map(|ran| ran.error).collect()
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn everything_of_the_account_is_deleted_here_and_at_posthog() {
    let app = App::with(&[KEY]).await;
    let browser = app.browser();
    browser.get("/").await;
    let visitor = browser.visitor_id();
    browser.sign_up(ANN).await;
    let phone = app.log_in(ANN).await;
    app.confirm(ANN).await;
    let ann = app.user_id(ANN).await;
    app.browser().ask_for(RESET, ANN).await;
    app.execute("UPDATE jobs SET failed_at = 1, error = 'for a test'")
        .await;

    assert_eq!(browser.delete_account(PASSWORD).await.location(), "/");
    for table in ["users", "tokens", "visitor_links", "known_networks"] {
        assert_eq!(app.count_rows(table).await, 0, "{table}");
    }
    let with_address = "jobs WHERE payload LIKE '%ann@%' AND failed_at IS NOT NULL";
    assert_eq!(app.count_rows(with_address).await, 0);
    assert!(!phone.is_signed_in().await && !browser.is_signed_in().await);
    assert_shows(&browser.page("/").await, "Your account was deleted.");
    assert_ne!(browser.visitor_id(), visitor);
    assert_eq!(browser.try_log_in(ANN, PASSWORD).await.status, 422);

    // PostHog gets the event first, and deletes the person a minute later.
    assert_eq!(app.event("account_deleted").await.distinct_id, ann);
    assert_eq!(deletions_at_posthog(&app).await, [None]);
    let deletions = app.posthog.deletions();
    let body = deletions[0].json();
    let ids = body["distinct_ids"].as_array().unwrap();
    assert!(ids.contains(&ann.into()) && ids.contains(&visitor.into()));
    let subjects = app.subjects_to(ANN).await;
    assert_eq!(subjects.last().unwrap(), "Your account was deleted");
}

#[tokio::test]
async fn it_takes_the_password_and_touches_no_other_account() {
    let (app, ann) = app_with_ann().await;
    let bob = app.sign_up(BOB).await;
    let page = ann.page("/profile").await;
    assert!(page.contains(r#"action="/profile/delete""#) && !page.contains("<details open>"));
    for password in ["", "wrong"] {
        let answer = ann.delete_account(password).await;
        assert_refused(&answer, "This is not your current password.");
        assert_shows(&answer.text(), "<details open>");
    }
    assert!(ann.is_signed_in().await);

    ann.delete_account(PASSWORD).await;
    assert!(bob.is_signed_in().await);
    assert_eq!(app.count_rows("users").await, 1);
    let visitor = app.browser().delete_account(PASSWORD).await;
    assert_eq!(visitor.location(), "/login");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn sent_from_many_tabs_at_once_it_happens_once() {
    let app = App::with(&[KEY]).await;
    let ann = app.sign_up(ANN).await;
    app.confirm(ANN).await;
    let other_process = app.another().await;
    let tabs = (0..6).map(|n| {
        let tab = ann.copy().at(&[&app, &other_process][n % 2].url);
        tokio::spawn(async move { tab.delete_account(PASSWORD).await.status })
    });
    for deleted in tabs.collect::<Vec<_>>() {
        assert_eq!(deleted.await.unwrap(), 303);
    }
    other_process.events().await;
    app.event("account_deleted").await;
    assert_eq!(deletions_at_posthog(&app).await, [None]);
    let subjects = app.subjects_to(ANN).await;
    let notices = subjects
        .iter()
        .filter(|subject| *subject == "Your account was deleted");
    assert_eq!(notices.count(), 1);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn requests_at_the_same_time_find_no_account_and_leave_nothing() {
    let app = App::start().await;
    for email in [ANN, BOB, LEE] {
        let tab = app.sign_up(email).await;
        let (same, phone) = (tab.copy(), app.browser());
        let (deleted, changed, logged_in) = join!(
            tab.delete_account(PASSWORD),
            same.change_email("new@example.com"),
            phone.try_log_in(email, PASSWORD),
        );
        assert_eq!(deleted.location(), "/");
        assert_eq!(changed.status, 303, "{email}");
        assert!(matches!(logged_in.status.as_u16(), 303 | 422), "{email}");
    }
    assert_eq!(
        app.count_rows("users").await + app.count_rows("tokens").await,
        0
    );
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_deletion_that_posthog_refuses_waits_until_the_key_is_mended() {
    let app = App::with(&[KEY]).await;
    app.sign_up(ANN).await.delete_account(PASSWORD).await;
    app.events().await;
    app.posthog.replies(Reply::Status(403));
    let errors = deletions_at_posthog(&app).await;
    assert!(
        errors[0].as_deref().unwrap().contains("POSTHOG_"),
        "{errors:?}"
    );
    app.posthog.replies(Reply::Normal);

    run(&app, &["jobs", "retry", "--all"]);
    assert_eq!(deletions_at_posthog(&app).await, [None]);
    assert_eq!(app.posthog.deletions().len(), 1);
}
