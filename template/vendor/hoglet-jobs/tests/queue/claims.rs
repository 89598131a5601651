//! Tests of claims: only the holder of a lease can store how the job ended.

use std::time::Duration;

use hoglet_jobs::{AttemptOutcome, Workers};
use sea_orm::prelude::Uuid;
use tokio::time::Instant;

use crate::app::{App, until};

const HOUR: Duration = Duration::from_secs(3600);

/// Another process claims all jobs, although their leases have not ended.
const CLAIMED_BY_ANOTHER: &str = "UPDATE jobs SET lease = id, run_at = run_at + 3600000";

async fn lease(app: &App) -> Option<Uuid> {
    app.rows().await.remove(0).lease
}

#[tokio::test]
async fn a_process_that_has_lost_the_lease_does_not_store_how_its_attempt_ended() {
    for succeeds in [true, false] {
        let app = App::start().await;
        app.order("cheesecake").await;
        let (lost, process) = app.begin().await;
        assert!(app.run().await.is_empty());
        app.let_time_pass(HOUR).await;
        let (held, next_process) = app.begin().await;
        assert_eq!((held.id, held.attempt), (lost.id, 2));
        let held_lease = lease(&app).await;

        if succeeds {
            lost.succeed();
        } else {
            lost.fail();
        }
        assert_eq!(process.await.unwrap().len(), 1);
        let job = app.rows().await.remove(0);
        assert_eq!((job.attempt, job.lease, job.error), (2, held_lease, None));
        held.succeed();
        next_process.await.unwrap();
        assert!(app.rows().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_extend_the_leases_that_they_hold_and_stop_the_other_jobs() {
    let app = App::start().await;
    app.order("cheesecake").await;
    let workers = Workers::start(app.runner.clone(), 1, Duration::from_millis(600));
    let mut order = app.begun().await;
    let ends = app.rows().await[0].run_at;
    until(async || app.rows().await[0].run_at > ends).await;

    app.execute(CLAIMED_BY_ANOTHER).await;
    order.stopped().await;
    workers.stop(Instant::now()).await;
    let job = app.rows().await.remove(0);
    assert_eq!((job.lease, job.attempt), (Some(job.id), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_end_give_back_the_jobs_that_they_hold_and_no_others() {
    let app = App::start().await;
    for lost in [false, true] {
        app.order("cheesecake").await;
        let workers = Workers::start(app.runner.clone(), 1, HOUR);
        let mut order = app.begun().await;
        if lost {
            app.execute(CLAIMED_BY_ANOTHER).await;
        }
        workers.stop(Instant::now()).await;
        order.stopped().await;
        let job = app.rows().await.remove(0);
        let expected = if lost { (Some(job.id), 1) } else { (None, 0) };
        assert_eq!((job.lease, job.attempt), expected);
    }
}

#[tokio::test]
async fn a_job_whose_process_dies_each_time_is_given_up() {
    let app = App::start().await;
    app.order("cheesecake").await;
    for _ in 0..3 {
        let (_order, process) = app.begin().await;
        process.abort();
        app.let_time_pass(HOUR).await;
    }
    let ended = app.run().await;
    let [AttemptOutcome::Failed { error, .. }] = &*ended else {
        panic!("{ended:?}");
    };
    assert!(error.contains("the process ended"), "{error}");
    assert!(app.rows().await[0].failed_at.is_some());
}
