//! Tests of broken rows, and of texts that a database does not store: neither affects other jobs.

use std::time::Duration;

use hoglet_jobs::Workers;
use hoglet_jobs::list::{ListedState, list};
use hoglet_jobs::model::{Column, Entity};
use hoglet_jobs::upkeep::numbers;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};
use tokio::time::Instant;

use crate::app::{App, until};
use crate::bakery::{Bake, Serve};

const MINUTE: Duration = Duration::from_secs(60);

/// Enqueues bread, and a job with a broken row.
async fn enqueue_with(app: &App, broken: &str) {
    app.execute("DELETE FROM jobs").await;
    app.enqueue(Serve {}).await;
    app.execute(&format!("UPDATE jobs SET {broken}")).await;
    app.enqueue(Bake::Bread).await;
}

/// Starts workers and waits until they have baked the bread.
async fn workers_bake(app: &App) -> Workers {
    let workers = Workers::start(app.runner.clone(), 1, MINUTE);
    let bread = "bread for nobody".to_owned();
    until(async || app.baked.lock().unwrap().contains(&bread)).await;
    app.baked();
    workers
}

async fn stop(workers: Workers) {
    workers.stop(Instant::now() + MINUTE).await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_set_aside_with_its_reason_and_the_others_are_done() {
    let app = App::start().await;
    if !app.is_sqlite() {
        // PostgreSQL stores no value of another type than its column.
        return;
    }
    for broken in [
        "payload = x'ff00'",
        "enqueued_at = 'yesterday'",
        "behalf = x'ff'",
        "error = x'ff'",
        "id = x'00'",
        "id = 'not a number'",
        "unique_key = x'ff'",
        "cancelled_at = 'now'",
    ] {
        enqueue_with(&app, broken).await;
        app.enqueue(Bake::Bread).await;
        while !app.run().await.is_empty() {}
        let left = list(&app.database, &[], None).await.unwrap();
        assert_eq!(left.len(), 1, "{broken}: {left:?}");
        assert_eq!(left[0].state, ListedState::Failed, "{broken}");
        let reason = match &left[0].row {
            // The reason replaces the stored error, which could not be read.
            Ok(row) => row.error.clone().unwrap(),
            Err(unreadable) => unreadable.reason.clone(),
        };
        assert!(reason.contains("this row cannot be read: "), "{reason}");
        let (column, _) = broken.split_once(' ').unwrap();
        assert!(reason.contains(&format!("{column:?}")), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_no_look_for_due_jobs_finds_is_set_aside_too() {
    let app = App::start().await;
    let mut all = vec!["priority = 7", "priority = -1"];
    if app.is_sqlite() {
        all.extend(["run_at = 'soon'", "priority = 'high'", "kind = x'ff'"]);
        all.extend([
            "kind = CAST(x'ff' AS TEXT)",
            "queue = CAST(x'c328' AS TEXT)",
        ]);
    }
    let failed = || Entity::find().filter(Column::FailedAt.is_not_null());
    for broken in all {
        enqueue_with(&app, broken).await;
        let workers = workers_bake(&app).await;
        until(async || failed().count(&app.database).await.unwrap() == 1).await;
        stop(workers).await;
        let (column, _) = broken.split_once(' ').unwrap();
        let why = Column::Error
            .contains(format!("its column {column} holds"))
            .or(Column::Error.contains(format!("{column:?}")));
        let with_reason = failed().filter(why).count(&app.database).await.unwrap();
        assert_eq!(with_reason, 1, "{broken}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moments_and_numbers_at_the_end_of_their_range_hold_up_no_other_job() {
    let app = App::start().await;
    let mut all = vec![
        "run_at = -9223372036854775807 - 1",
        "run_at = 9223372036854775807",
        "attempt = 2147483647",
        "attempt = -2147483648",
        "enqueued_at = -9223372036854775807 - 1",
    ];
    if app.is_sqlite() {
        all.extend(["run_at = -1e300", "run_at = 1.5", "attempt = 1e300"]);
    }
    for absurd in all {
        enqueue_with(&app, absurd).await;
        let numbers = numbers(&app.database).await.expect(absurd);
        assert!(numbers.oldest_due >= Some(0), "{absurd}");
        let listed = list(&app.database, &[], None).await.expect(absurd);
        assert_eq!(listed.len(), 2, "{absurd}");
        stop(workers_bake(&app).await).await;
    }
}

#[tokio::test]
async fn an_error_with_control_characters_is_stored_without_them() {
    let app = App::start().await;
    app.enqueue(Bake::Smoke).await;
    app.run().await;
    let job = app.rows().await.remove(0);
    assert_eq!(
        job.error.as_deref(),
        Some("the oven\u{fffd}is \u{fffd}[31mred")
    );
    assert_eq!((job.lease, job.attempt), (None, 1));
}
