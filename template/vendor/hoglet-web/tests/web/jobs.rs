//! Jobs: stored in a transaction, done at least once, and kept if they fail.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::housekeeping::RemoveExpired;
use hoglet_web::jobs::model::{self, Model};
use hoglet_web::jobs::{Enqueued, upkeep};
use hoglet_web::session::lifetime::Remember;
use hoglet_web::testing::Ran;
use hoglet_web::visit::Visit;
use hoglet_web::web::Web;
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, EntityTrait, TransactionTrait};

use crate::club::chores::{Brief, Chore, Pinned, Urgent};
use crate::club::{member, router_with};
use crate::support::{App, Person};

const MINUTE: Duration = Duration::from_secs(60);

async fn stored(app: &App) -> Vec<Model> {
    model::Entity::find().all(&app.web.database).await.unwrap()
}

fn done(job: &str) -> Ran {
    Ran {
        job: job.to_owned(),
        attempt: 1,
        error: None,
    }
}

#[tokio::test]
async fn a_job_runs_once_and_leaves_nothing_behind() {
    let app = App::start().await;
    app.enqueue(Chore::RingTheBell).await;
    assert_eq!(app.run_jobs().await, [done("chore")]);
    assert!(app.run_jobs().await.is_empty());
    assert!(stored(&app).await.is_empty());
    app.event("bell_rung").await;
}

#[tokio::test]
async fn a_job_may_enqueue_another_one() {
    let app = App::start().await;
    app.enqueue(Chore::Delegate).await;
    assert_eq!(app.run_jobs().await.len(), 2);
    app.event("bell_rung").await;
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_later_and_each_time_after_a_longer_wait() {
    let app = App::start().await;
    app.enqueue(Chore::FailTwice).await;
    let first = app.run_jobs().await;
    assert_eq!(first.len(), 1);
    // Errors contain no addresses.
    let error = first[0].error.as_deref().unwrap();
    assert!(
        error.starts_with("the broom of ") && !error.contains("ann@"),
        "{error}"
    );
    assert!(app.run_jobs().await.is_empty());
    app.let_time_pass(Duration::from_secs(7)).await;
    assert!(app.run_jobs().await.is_empty());
    app.let_time_pass(Duration::from_secs(6)).await;
    assert_eq!(app.run_jobs().await[0].attempt, 2);
    app.let_time_pass(Duration::from_secs(12)).await;
    assert!(app.run_jobs().await.is_empty());
    app.let_time_pass(Duration::from_secs(13)).await;
    let third = app.run_jobs().await;
    assert_eq!((third[0].attempt, &third[0].error), (3, &None));
    assert!(stored(&app).await.is_empty());
}

#[tokio::test]
async fn after_the_last_attempt_a_job_is_kept_with_its_error_until_it_is_retried_or_discarded() {
    let app = App::start().await;
    app.enqueue(Chore::Fail).await;
    app.enqueue(Chore::FailForGood).await;
    for _ in 0..4 {
        app.run_jobs().await;
        app.let_time_pass(10 * MINUTE).await;
    }
    let mut failed = stored(&app).await;
    failed.sort_by_key(|job| job.attempt);
    let attempts: Vec<_> = failed.iter().map(|job| job.attempt).collect();
    assert_eq!(attempts, [1, 3]);
    for job in &failed {
        assert!(job.failed_at.is_some() && job.lease.is_none());
        assert!(job.error.as_deref().unwrap().contains("broom"));
    }
    assert!(app.run_jobs().await.is_empty());

    let database = &app.web.database;
    let retried = upkeep::retry(database, Some(failed[0].id)).await;
    assert_eq!(retried.unwrap(), (1, Vec::new()));
    assert_eq!(app.run_jobs().await.len(), 1);
    assert_eq!(
        upkeep::discard(database, Some(failed[0].id)).await.unwrap(),
        1
    );
    assert_eq!(upkeep::discard(database, None).await.unwrap(), 1);
    assert!(stored(&app).await.is_empty());
}

#[tokio::test]
async fn a_panic_is_a_failure() {
    let app = App::start().await;
    app.enqueue(Chore::Panic).await;
    let ran = app.run_jobs().await;
    assert_eq!(ran[0].error.as_deref(), Some("the broom flew away"));
    let exception = app.event("$exception").await;
    assert_eq!(exception["$exception_level"], "error");
    let frames = exception["$exception_list"][0]["stacktrace"]["frames"].as_array();
    let innermost = frames.unwrap().last().unwrap();
    assert_eq!(innermost["filename"], "chores.rs");
}

#[tokio::test]
async fn a_job_that_takes_too_long_is_ended() {
    let app = App::start().await;
    app.enqueue(Brief {}).await;
    let ran = app.run_jobs().await;
    let error = ran[0].error.as_deref().unwrap();
    assert!(error.contains("did not end within 50ms"), "{error}");
    assert!(stored(&app).await[0].failed_at.is_some());
}

#[tokio::test]
async fn what_is_urgent_goes_first_and_what_is_due_later_waits() {
    let app = App::start().await;
    let pinned = |note: &str, seconds| Pinned {
        note: note.to_owned(),
        delay: Duration::from_secs(seconds),
    };
    app.enqueue(pinned("later", 60)).await;
    app.enqueue(pinned("now", 0)).await;
    app.enqueue(Urgent {}).await;
    assert_eq!(app.run_jobs().await, [done("urgent"), done("pinned")]);
    app.let_time_pass(MINUTE).await;
    assert_eq!(app.run_jobs().await, [done("pinned")]);
}

#[tokio::test]
async fn a_unique_job_is_enqueued_once_until_it_is_done() {
    let app = App::start().await;
    let pin = async |note: &str| {
        let pinned = Pinned {
            note: note.to_owned(),
            delay: Duration::ZERO,
        };
        app.enqueue(pinned).await
    };
    assert!(matches!(pin("chess on Friday").await, Enqueued::Now(_)));
    assert_eq!(pin("chess on Friday").await, Enqueued::Already);
    assert!(matches!(pin("chess on Sunday").await, Enqueued::Now(_)));
    assert_eq!(app.run_jobs().await.len(), 2);
    assert!(matches!(pin("chess on Friday").await, Enqueued::Now(_)));
}

async fn enqueues(State(web): State<Web>, visit: Visit) -> Result<StatusCode> {
    for chore in [Chore::RingTheBell, Chore::LookAtTheLounge, Chore::Fail] {
        visit.jobs.enqueue(&web.database, chore).await?;
    }
    Ok(StatusCode::OK)
}

async fn with_a_page_that_enqueues() -> App {
    let pages = Router::new().route("/tidy", post(enqueues));
    App::with_router(&[], |web| router_with(pages, web)).await
}

#[tokio::test]
async fn a_job_is_its_users_with_its_events_its_flags_and_its_errors() {
    let app = with_a_page_that_enqueues().await;
    app.posthog.set_flag("new-lounge", true, None);
    let browser = app.browser();
    browser.sign_up("Ann").await;
    let session = [("x-posthog-session-id", "s-1")];
    let answer = browser.post_with("/tidy", &[], &session).await;
    let asked = answer.header("x-request-id").to_owned();
    app.run_jobs().await;

    let user = app.event("$identify").await.distinct_id;
    let rung = app.event("bell_rung").await;
    assert_eq!(rung.distinct_id, user);
    assert_eq!(rung["$session_id"], "s-1");
    assert_eq!(rung["$geoip_disable"], true);
    assert!(rung.properties.get("$process_person_profile").is_none());
    assert!(app.event("$feature_flag_called").await.distinct_id == user);
    let exception = app.event("$exception").await;
    assert_eq!(exception.distinct_id, user);
    assert_eq!(exception["job"], "chore");
    assert_eq!(exception["job_attempt"], 1);
    assert_eq!(exception["request_id"], *asked);
}

#[tokio::test]
async fn a_visitors_job_is_the_visitors() {
    let app = with_a_page_that_enqueues().await;
    let browser = app.browser();
    browser.get("/bell").await;
    let visitor = browser.visitor_id();
    browser.post("/tidy", &[]).await;
    app.run_jobs().await;
    let rung = app.event("bell_rung").await;
    assert_eq!(rung.distinct_id, visitor);
    assert_eq!(rung["$process_person_profile"], false);
    assert_eq!(app.event("$exception").await.distinct_id, visitor);
}

async fn joins(State(web): State<Web>, mut visit: Visit) -> Result<StatusCode> {
    let hash = visit.hash_password("a sentence is fine".to_owned()).await?;
    let transaction = web.database.begin().await?;
    visit.jobs.enqueue(&transaction, Chore::RingTheBell).await?;
    let email = Email::normalized("ann@example.com");
    let member = member::create(&transaction, email, "Ann", hash).await?;
    let member = member.unwrap();
    let log_in = visit.log_in(&transaction, member, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(&mut visit).await?;
    Ok(StatusCode::OK)
}

#[tokio::test]
async fn what_a_visitor_enqueues_while_they_become_a_user_is_the_users() {
    let pages = Router::new().route("/join", post(joins));
    let app = App::with_router(&[], |web| router_with(pages, web)).await;
    let browser = app.browser();
    browser.get("/bell").await;
    browser.post("/join", &[]).await;
    assert_eq!(app.run_jobs().await, [done("chore")]);
    let user = app.event("$identify").await.distinct_id;
    assert_eq!(app.event("bell_rung").await.distinct_id, user);
}

#[tokio::test]
async fn a_user_who_opted_out_stays_opted_out() {
    let app = with_a_page_that_enqueues().await;
    let browser = app.browser();
    browser.post_with("/tidy", &[], &[("sec-gpc", "1")]).await;
    let actor = stored(&app).await.remove(0).actor.unwrap();
    assert!(!actor.contains("person"), "{actor}");
    assert_eq!(app.run_jobs().await.len(), 3);
    let events = app.events().await;
    let [exception] = events.as_slice() else {
        panic!("only the error is captured: {events:#?}");
    };
    assert_eq!(exception.name, "$exception");
    assert_eq!(exception["$process_person_profile"], false);
    assert_eq!(exception["job"], "chore");
    assert_eq!(exception["job_attempt"], 1);
}

#[tokio::test]
async fn nothing_is_captured_for_a_deleted_user() {
    let app = with_a_page_that_enqueues().await;
    let browser = app.browser();
    browser.sign_up("Ann").await;
    app.run_jobs().await;
    let before = app.events().await.len();
    browser.post("/tidy", &[]).await;
    let gone = "DELETE FROM members";
    app.web.database.execute_unprepared(gone).await.unwrap();
    app.run_jobs().await;
    let events = app.events().await.split_off(before);
    let names: Vec<_> = events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["$exception"]);
    assert_eq!(events[0]["$process_person_profile"], false);
}

#[tokio::test]
async fn readiness_tells_how_long_jobs_have_been_due_and_how_many_have_failed() {
    let app = App::start().await;
    let jobs = async || app.browser().get("/readyz").await.json()["jobs"].clone();
    let none = serde_json::json!({ "oldest_due_seconds": 0, "failed": 0 });
    assert_eq!(jobs().await, none);
    app.enqueue(Chore::FailForGood).await;
    app.run_jobs().await;
    app.enqueue(Chore::RingTheBell).await;
    app.let_time_pass(2 * MINUTE).await;
    let some = jobs().await;
    assert_eq!(some["failed"], 1);
    assert!(
        (120..180).contains(&some["oldest_due_seconds"].as_i64().unwrap()),
        "{some}"
    );
}

#[tokio::test]
async fn of_an_error_that_comes_with_every_attempt_posthog_gets_the_first_and_the_last() {
    let app = App::start().await;
    app.enqueue(Chore::Fail).await;
    app.enqueue(Chore::FailForGood).await;
    for _ in 0..3 {
        app.run_jobs().await;
        app.let_time_pass(10 * MINUTE).await;
    }
    let captured = app.events_named("$exception").await;
    let mut attempts: Vec<_> = captured
        .iter()
        .map(|exception| {
            let number = |name| exception[name].as_i64().unwrap();
            (number("attempt"), number("attempts"))
        })
        .collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [(1, 3), (1, 3), (3, 3)]);
}

#[tokio::test]
async fn a_failed_job_of_a_user_who_is_gone_is_not_kept() {
    let app = with_a_page_that_enqueues().await;
    let browser = app.browser();
    browser.sign_up("Ann").await;
    browser.post("/tidy", &[]).await;
    let gone = "DELETE FROM members";
    app.web.database.execute_unprepared(gone).await.unwrap();
    for _ in 0..3 {
        app.run_jobs().await;
        app.let_time_pass(10 * MINUTE).await;
    }
    assert!(stored(&app).await.is_empty());
}

#[tokio::test]
async fn a_failed_job_goes_after_thirty_days() {
    let app = App::start().await;
    let database = &app.web.database;
    let day = 24 * 60 * MINUTE;
    for days in [29, 31] {
        app.enqueue(Chore::FailForGood).await;
        app.run_jobs().await;
        let aged = format!(
            "UPDATE jobs SET failed_at = failed_at - {}, attempt = {days} WHERE attempt = 1",
            (day * days).as_millis()
        );
        database.execute_unprepared(&aged).await.unwrap();
    }
    app.enqueue(RemoveExpired {}).await;
    assert_eq!(app.run_jobs().await, [done("hoglet_remove_expired")]);
    let left = stored(&app).await;
    assert_eq!((left.len(), left[0].attempt), (1, 29));
}
