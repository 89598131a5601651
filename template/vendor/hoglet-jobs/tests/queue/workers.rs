//! Tests of workers: they run due jobs soon after these were enqueued.

use std::time::{Duration, Instant};

use hoglet_jobs::database::begin;
use hoglet_jobs::{Jobs, Workers, pause, resume};

use crate::app::{App, Bake, Bakery, Serve};

const LEASE: Duration = Duration::from_secs(30);

/// Waits until something is baked. Returns how long that took; none if it took too long.
async fn bread(app: &App) -> Option<Duration> {
    let began = Instant::now();
    while app.baked.lock().unwrap().is_empty() {
        if began.elapsed() > Duration::from_secs(5) {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    app.baked();
    Some(began.elapsed())
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
        total += bread(&app).await.expect("it runs");
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
    assert!(bread(&app).await.is_some());
    stop(workers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_of_merged_tables_run_once_for_all_missed_times() {
    let own = Jobs::default().every(Duration::from_secs(60), || Bake::Bread);
    let other = Jobs::<Bakery>::default().job::<Serve>();
    let app = App::with(own.merge(other, Clone::clone)).await;
    assert_eq!(app.runner.registry.names(), ["bake", "serve"]);
    let registry = &app.runner.registry;
    let enqueued = async |minutes: i64| {
        let now = chrono::DateTime::from_timestamp(minutes * 60, 0).unwrap();
        registry.enqueue_due(&app.database, now).await.unwrap()
    };
    assert_eq!(
        enqueued(100).await,
        0,
        "a new schedule waits for its next time"
    );
    assert_eq!(enqueued(110).await, 1);
    assert_eq!(enqueued(110).await, 0);
    assert_eq!(app.run().await.len(), 1);
}
