//! Tests of cancelling: a cancelled job does not begin, and does not begin again.

use std::time::Duration;

use hoglet_jobs::{AttemptOutcome, Cancelled, Enqueued, cancel};

use crate::app::App;
use crate::bakery::Bake;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_job_that_waits_is_removed_at_once() {
    let app = App::start().await;
    let Enqueued::Now(id) = app.enqueue(Bake::Bread).await else {
        panic!("it has no unique key");
    };
    let cancelled = async || cancel(&app.database, id).await.unwrap();
    assert_eq!(cancelled().await, Cancelled::Removed);
    assert_eq!(cancelled().await, Cancelled::NotThere);
    assert!(app.run().await.is_empty());
}

#[tokio::test]
async fn a_cancelled_job_whose_process_died_is_removed_instead_of_run_again() {
    let app = App::start().await;
    app.order("cheesecake").await;
    let (order, process) = app.begin().await;
    let cancelled = cancel(&app.database, order.id).await.unwrap();
    assert_eq!(cancelled, Cancelled::Stopping);
    process.abort();
    app.let_time_pass(HOUR).await;
    assert!(matches!(*app.run().await, [AttemptOutcome::Cancelled]));
    assert!(app.rows().await.is_empty());
}
