//! Tests of workers: they run due jobs soon after these were enqueued.

use std::time::{Duration, Instant};

use hoglet_jobs::database::begin;
use hoglet_jobs::{Workers, pause, resume};

use crate::app::{App, until};
use crate::bakery::Bake;

const LEASE: Duration = Duration::from_secs(30);

/// Waits until something is baked. Returns how long that took.
async fn bread(app: &App) -> Duration {
    let began = Instant::now();
    until(async || !app.baked.lock().unwrap().is_empty()).await;
    app.baked();
    began.elapsed()
}

async fn stop(workers: Workers) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
    workers.stop(deadline).await;
}

/// If they are not woken, workers look once a second, so ten jobs would take several seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_noticed_long_before_the_next_poll() {
    let app = App::start().await;
    let workers = Workers::start(app.runner.clone(), 2, LEASE);
    let mut total = Duration::ZERO;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let transaction = begin(&app.database).await.unwrap();
        let jobs = app.acting_for("Ann");
        jobs.enqueue(&transaction, Bake::Bread).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        transaction.commit().await.unwrap();
        total += bread(&app).await;
    }
    stop(workers).await;
    assert!(total < Duration::from_secs(3), "{total:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_queue_waits_until_it_is_resumed() {
    let app = App::start().await;
    assert!(pause(&app.database, "default").await.unwrap());
    assert!(!pause(&app.database, "default").await.unwrap());
    let workers = Workers::start(app.runner.clone(), 1, LEASE);
    app.enqueue(Bake::Bread).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(app.baked().is_empty());
    assert!(resume(&app.database, "default").await.unwrap());
    bread(&app).await;
    stop(workers).await;
}
