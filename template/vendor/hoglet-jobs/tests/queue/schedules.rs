//! Tests of schedules: a job runs once for each time, and once for all missed times together.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hoglet_jobs::Jobs;

use crate::app::App;
use crate::bakery::{Bake, Bakery, Serve};

/// Bread every ten minutes, and the counter on Mondays.
fn jobs() -> Jobs<Bakery> {
    Jobs::default()
        .every(Duration::from_secs(600), || Bake::Bread)
        .cron("30 8 * * MON", "Europe/Berlin", || Serve {})
}

/// Enqueues the jobs that are due at a moment. Returns how many.
async fn enqueued(app: &App, now: &str) -> usize {
    let now: DateTime<Utc> = now.parse().unwrap();
    let registry = &app.runner.registry;
    registry.enqueue_due(&app.database, now).await.unwrap()
}

#[tokio::test]
async fn a_schedule_enqueues_its_job_once_for_each_time() {
    let app = App::with(jobs()).await;
    // This is a Wednesday. Times before the first run of the schedule are not made up for.
    assert_eq!(enqueued(&app, "2026-11-18T12:00:00Z").await, 0);
    assert_eq!(enqueued(&app, "2026-11-18T12:05:00Z").await, 0);
    assert_eq!(enqueued(&app, "2026-11-18T12:10:00Z").await, 1);
    assert_eq!(enqueued(&app, "2026-11-18T12:10:01Z").await, 0);
    app.run().await;
    assert_eq!(app.baked(), ["bread for nobody"]);
    // No schedule has run for three weeks.
    assert_eq!(enqueued(&app, "2026-12-09T12:00:00Z").await, 2);
    app.run().await;
    assert_eq!(app.baked(), ["served nobody", "bread for nobody"]);
    assert_eq!(enqueued(&app, "2026-12-09T12:00:00Z").await, 0);
    // A clock that is set back makes no job run twice.
    assert_eq!(enqueued(&app, "2026-11-30T12:00:00Z").await, 0);
}

#[tokio::test]
async fn several_processes_enqueue_it_once() {
    let one = App::with(jobs()).await;
    let other = one.another(jobs()).await;
    for app in [&one, &other] {
        enqueued(app, "2026-11-22T12:00:00Z").await;
    }
    let monday = "2026-11-23T08:00:00Z";
    let (first, second) = tokio::join!(enqueued(&one, monday), enqueued(&other, monday));
    assert_eq!(first + second, 2);
}

/// The clock of this process, or of an earlier process, was wrong once.
#[tokio::test]
async fn a_schedule_whose_row_is_from_the_future_begins_anew() {
    let app = App::with(jobs()).await;
    let other = app.another(jobs()).await;
    enqueued(&app, "2026-11-18T12:00:00Z").await;
    assert_eq!(enqueued(&app, "2033-01-01T12:00:00Z").await, 2);
    assert_eq!(enqueued(&other, "2026-11-18T12:05:00Z").await, 0);
    assert_eq!(enqueued(&other, "2026-11-18T12:10:00Z").await, 1);
    // This process also remembers a time in the future.
    assert_eq!(enqueued(&app, "2026-11-18T12:10:30Z").await, 0);
    assert_eq!(enqueued(&app, "2026-11-18T12:20:00Z").await, 1);
}

#[tokio::test]
async fn clocks_that_differ_a_little_bring_nothing_twice() {
    let one = App::with(jobs()).await;
    let behind = one.another(jobs()).await;
    for app in [&one, &behind] {
        enqueued(app, "2026-11-18T12:00:00Z").await;
    }
    assert_eq!(enqueued(&one, "2026-11-18T12:10:00Z").await, 1);
    assert_eq!(enqueued(&behind, "2026-11-18T12:09:00Z").await, 0);
    assert_eq!(enqueued(&behind, "2026-11-18T12:10:00Z").await, 0);
}
