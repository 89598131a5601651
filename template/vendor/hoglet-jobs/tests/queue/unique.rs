//! Tests of unique keys: at most one job with the same key waits, and at most one runs.
//!
//! Jobs that are enqueued meanwhile are not lost.

use std::time::Duration;

use hoglet_jobs::database::begin;
use hoglet_jobs::{AttemptOutcome, Enqueued};

use crate::app::App;
use crate::bakery::{Order, Sign};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_job_that_is_enqueued_while_its_twin_runs_begins_after_that_ones_end() {
    let app = App::start().await;
    app.order("cheesecake").await;
    let (running, process) = app.begin().await;
    assert!(matches!(app.order("cheesecake").await, Enqueued::Now(_)));
    assert_eq!(app.order("cheesecake").await, Enqueued::Already);
    app.order("pie").await;
    let (pie, other_process) = app.begin().await;
    pie.succeed();
    let ended = other_process.await.unwrap();
    assert_eq!(ended.len(), 1, "only the one with another key");

    running.succeed();
    app.begun().await.succeed();
    assert_eq!(process.await.unwrap().len(), 2);
    assert!(app.rows().await.is_empty());
}

#[tokio::test]
async fn it_waits_through_the_retries_of_its_twin_and_for_a_dead_process() {
    let app = App::start().await;
    app.order("cheesecake").await;
    let (first, process) = app.begin().await;
    let id = first.id;
    app.order("cheesecake").await;
    first.fail();
    assert_eq!(process.await.unwrap().len(), 1);
    assert!(app.run().await.is_empty());
    // The second job is waiting already.
    assert_eq!(app.order("cheesecake").await, Enqueued::Already);

    app.let_time_pass(MINUTE).await;
    let (again, process) = app.begin().await;
    assert_eq!(again.id, id);
    process.abort();
    app.let_time_pass(HOUR).await;
    let (again, process) = app.begin().await;
    assert_eq!((again.id, again.attempt), (id, 3));
    again.fail();
    let second = app.begun().await;
    assert_ne!(second.id, id);
    second.succeed();
    assert_eq!(process.await.unwrap().len(), 2);
}

#[tokio::test]
async fn one_that_replaces_gives_the_one_that_waits_its_fields_its_time_and_its_attempts() {
    let app = App::start().await;
    let put_up = async |text: &str| {
        let text = text.to_owned();
        app.enqueue(Sign { text }).await
    };
    let error = async || match app.run().await.pop() {
        Some(AttemptOutcome::Failed { error, .. }) => Some(error),
        _ => None,
    };
    let Enqueued::Now(id) = put_up("fresh bread").await else {
        panic!("none waits");
    };
    // Each new job restarts the delay, so nothing runs while more jobs come.
    app.let_time_pass(MINUTE / 2).await;
    assert_eq!(put_up("fresh pie").await, Enqueued::Replaced(id));
    app.let_time_pass(MINUTE / 2).await;
    assert_eq!(error().await, None);
    app.let_time_pass(MINUTE / 2).await;
    assert_eq!(error().await.as_deref(), Some("nobody reads fresh pie"));

    // A new job replaces one that waits for its next attempt, and resets its attempts.
    assert_eq!(put_up("tea\0at \u{1}four").await, Enqueued::Replaced(id));
    let waits = app.rows().await.remove(0);
    assert_eq!((waits.attempt, waits.error), (0, None));
    app.let_time_pass(MINUTE).await;
    let last = error().await;
    // Fields and keys with a NUL are stored too.
    assert_eq!(last.as_deref(), Some("nobody reads tea\0at \u{1}four"));
    assert_eq!(app.rows().await[0].attempt, 1);
}

#[tokio::test]
async fn many_are_enqueued_at_once_except_those_with_a_key_that_waits() {
    let app = App::start().await;
    let order = |number: usize| Order {
        cake: format!("cake {}\0", number % 1_200),
    };
    app.enqueue(order(7)).await;
    let many = || (0..2_500).map(order).collect();
    let jobs = &app.runner.jobs;
    let enqueue = async |orders| jobs.enqueue_all(&app.database, orders).await.unwrap();
    assert_eq!(enqueue(many()).await, 1_199);
    assert_eq!(enqueue(many()).await, 0);
    assert_eq!(enqueue(Vec::new()).await, 0);
    assert_eq!(app.rows().await.len(), 1_200);

    let signs = ["fresh bread", "fresh pie"].map(|text| Sign {
        text: text.to_owned(),
    });
    let stored = jobs.enqueue_all(&app.database, signs.into()).await;
    assert_eq!(stored.unwrap(), 2);
    let mut signs = app.rows().await;
    signs.retain(|job| job.kind == "sign");
    assert_eq!(signs.len(), 1);
    assert!(signs[0].payload.contains("fresh pie"));
}

/// Otherwise the job would run before the commit, and would not find the transaction's data.
#[tokio::test]
async fn a_job_that_stays_for_its_twin_does_not_begin_before_the_twins_transaction_ends() {
    let app = App::start().await;
    if app.is_sqlite() {
        // There is only one writing transaction at a time.
        return;
    }
    app.order("cheesecake").await;
    let transaction = begin(&app.database).await.unwrap();
    let order = Order {
        cake: "cheesecake".to_owned(),
    };
    let twin = app.runner.jobs.enqueue(&transaction, order).await.unwrap();
    assert_eq!(twin, Enqueued::Already);
    assert!(app.run().await.is_empty());
    transaction.commit().await.unwrap();
    let (order, process) = app.begin().await;
    order.succeed();
    assert_eq!(process.await.unwrap().len(), 1);
}
