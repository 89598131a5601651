//! Tests of when jobs are due, and of their order.

use std::time::Duration;

use hoglet_jobs::{AttemptOutcome, Workers};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::app::{App, until};
use crate::bakery::{Bake, Serve};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_higher_priority_runs_first_and_a_unique_job_waits_once() {
    let app = App::start().await;
    app.enqueue(Bake::Bread).await;
    app.enqueue(Serve {}).await;
    app.enqueue(Serve {}).await;
    app.run().await;
    assert_eq!(app.baked(), ["served nobody", "bread for nobody"]);
}

/// Five of eight claims prefer a high priority, two a normal one, and one a low one. If no job has the
/// preferred priority, the highest one runs.
#[tokio::test(flavor = "multi_thread")]
async fn lower_priorities_have_their_turns_too() {
    let app = App::start().await;
    for (priority, (name, count)) in [("high", 3), ("normal", 6), ("low", 1)].iter().enumerate() {
        for _ in 0..*count {
            let jobs = app.acting_for(name);
            jobs.enqueue(&app.database, Bake::Bread).await.unwrap();
        }
        let update = format!("UPDATE jobs SET priority = {priority} WHERE behalf = '\"{name}\"'");
        app.execute(&update).await;
    }
    let workers = Workers::start(app.runner.clone(), 1, MINUTE);
    until(async || app.baked.lock().unwrap().len() == 10).await;
    workers.stop(Instant::now() + MINUTE).await;
    let baked = app.baked().join(", ").replace("bread for ", "");
    assert_eq!(
        baked,
        "high, high, normal, high, normal, normal, normal, low, normal, normal"
    );
}

#[tokio::test]
async fn a_job_may_be_due_at_a_moment_or_after_a_while() {
    let app = App::start().await;
    let database = &app.database;
    let jobs = &app.runner.jobs;
    let now = OffsetDateTime::now_utc();
    let two_hours = now + 2 * HOUR;
    jobs.enqueue_at(database, Bake::Bread, two_hours)
        .await
        .unwrap();
    jobs.enqueue_in(database, Serve {}, HOUR).await.unwrap();
    jobs.enqueue_at(database, Bake::Dough, now - HOUR)
        .await
        .unwrap();
    app.run().await;
    assert_eq!(app.baked(), ["bread for nobody"]);
    app.let_time_pass(HOUR).await;
    app.run().await;
    assert_eq!(app.baked(), ["served nobody"]);
    app.let_time_pass(HOUR).await;
    app.run().await;
    assert_eq!(app.baked(), ["bread for nobody"]);
}

#[tokio::test]
async fn a_job_that_is_too_early_runs_again_without_counting() {
    let app = App::start().await;
    app.enqueue(Bake::Later).await;
    for _ in 0..5 {
        assert!(matches!(
            *app.run().await,
            [AttemptOutcome::Postponed(MINUTE)]
        ));
        assert_eq!(app.rows().await[0].attempt, 0);
        assert!(app.run().await.is_empty());
        app.let_time_pass(MINUTE).await;
    }
    assert!(app.reported.lock().unwrap().is_empty());
}
