//! Broken rows of jobs, and texts that a database does not store: neither affects other jobs.

use std::time::Duration;

use hoglet_jobs::due::due_in;
use hoglet_jobs::unreadable::set_aside_unfindable;
use hoglet_jobs::wanted::Wanted;
use hoglet_web::email::Email;
use hoglet_web::jobs::forget_user;
use hoglet_web::jobs::list::{State, list};
use hoglet_web::jobs::model::{Column, Entity};
use hoglet_web::jobs::upkeep::numbers;
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter,
};

use crate::club::chores::{Announced, Chore, Pinned, Urgent};
use crate::support::App;

/// Whether the database stores values of another type than their column. Only SQLite does.
fn stores_anything(app: &App) -> bool {
    app.web.database.get_database_backend() == DatabaseBackend::Sqlite
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_set_aside_with_its_reason_and_the_others_are_done() {
    let app = App::start().await;
    if !stores_anything(&app) {
        return;
    }
    let database = &app.web.database;
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
        app.enqueue(Urgent {}).await;
        let garble = format!("UPDATE jobs SET {broken} WHERE kind = 'urgent'");
        database.execute_unprepared(&garble).await.unwrap();
        for _ in 0..3 {
            app.enqueue(Chore::RingTheBell).await;
        }
        while !app.run_jobs().await.is_empty() {}
        let left = list(database, &[], None).await.unwrap();
        assert_eq!(left.len(), 1, "{broken}: {left:?}");
        assert_eq!(left[0].state, State::Failed, "{broken}");
        let reason = match &left[0].row {
            // The reason replaces the stored error, which could not be read.
            Ok(row) => row.error.clone().unwrap(),
            Err(unreadable) => unreadable.reason.clone(),
        };
        assert!(reason.contains("this row cannot be read: "), "{reason}");
        let (column, _) = broken.split_once(' ').unwrap();
        assert!(reason.contains(&format!("{column:?}")), "{reason}");
        database
            .execute_unprepared("DELETE FROM jobs")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_row_that_no_look_for_due_jobs_finds_is_set_aside_too() {
    let app = App::start().await;
    let database = &app.web.database;
    assert_eq!(set_aside_unfindable(database).await.unwrap(), 0);
    let mut all = vec!["priority = 7", "priority = -1"];
    if stores_anything(&app) {
        all.extend(["run_at = 'soon'", "priority = 'high'", "kind = x'ff'"]);
        all.extend([
            "kind = CAST(x'ff' AS TEXT)",
            "queue = CAST(x'c328' AS TEXT)",
        ]);
    }
    for broken in all {
        app.enqueue(Urgent {}).await;
        app.enqueue(Chore::RingTheBell).await;
        let garble = format!("UPDATE jobs SET {broken} WHERE kind = 'urgent'");
        database.execute_unprepared(&garble).await.unwrap();
        assert_eq!(set_aside_unfindable(database).await.unwrap(), 1, "{broken}");
        assert_eq!(app.run_jobs().await.len(), 1, "{broken}");
        let (column, _) = broken.split_once(' ').unwrap();
        let failed = Entity::find().filter(Column::FailedAt.is_not_null());
        assert_eq!(failed.clone().count(database).await.unwrap(), 1, "{broken}");
        let why = Column::Error
            .contains(format!("its column {column} holds"))
            .or(Column::Error.contains(format!("{column:?}")));
        assert_eq!(
            failed.filter(why).count(database).await.unwrap(),
            1,
            "{broken}"
        );
        database
            .execute_unprepared("DELETE FROM jobs")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn moments_and_numbers_at_the_end_of_their_range_hold_up_no_other_job() {
    let app = App::start().await;
    let database = &app.web.database;
    let mut all = vec![
        "run_at = -9223372036854775807 - 1",
        "run_at = 9223372036854775807",
        "attempt = 2147483647",
        "attempt = -2147483648",
        "enqueued_at = -9223372036854775807 - 1",
    ];
    if stores_anything(&app) {
        all.extend(["run_at = -1e300", "run_at = 1.5", "attempt = 1e300"]);
    }
    for absurd in all {
        app.enqueue(Chore::RingTheBell).await;
        app.enqueue(Urgent {}).await;
        let garble = format!("UPDATE jobs SET {absurd} WHERE kind = 'urgent'");
        database.execute_unprepared(&garble).await.unwrap();
        let wanted = Wanted {
            queue: None,
            kinds: &["urgent", "chore"],
            except: &[],
        };
        let due = due_in(database, &[wanted]).await.expect(absurd);
        assert_eq!(due, [Some(Duration::ZERO)], "{absurd}");
        assert!(numbers(database).await.expect(absurd).oldest_due >= Some(0));
        assert_eq!(list(database, &[], None).await.expect(absurd).len(), 2);
        let ran = app.run_jobs().await;
        assert!(ran.iter().any(|ran| ran.job == "chore"), "{absurd}");
        database
            .execute_unprepared("DELETE FROM jobs")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_endless_error_is_cut_for_the_log_the_table_and_posthog() {
    let app = App::start().await;
    let database = &app.web.database;
    app.enqueue(Urgent {}).await;
    // The error contains the whole value, because a library quotes the text that it could not read.
    let payload = format!("\"{}\"", "ü".repeat(3_000_000));
    let jobs = Entity::update_many().col_expr(Column::Payload, payload.into());
    jobs.exec(database).await.unwrap();
    app.run_jobs().await;
    let event = app.event("$exception").await;
    let value = event["$exception_list"][0]["value"].as_str().unwrap();
    assert!(value.contains("üüü"), "{value}");
    assert!(value.chars().count() <= 4_001);
}

#[tokio::test]
async fn an_error_with_control_characters_is_stored_without_them() {
    let app = App::start().await;
    let database = &app.web.database;
    app.enqueue(Chore::FailWithNul).await;
    app.run_jobs().await;
    let job = Entity::find().one(database).await.unwrap().unwrap();
    assert_eq!(
        job.error.as_deref(),
        Some("the broom\u{fffd}is \u{fffd}[31mbroken")
    );
    assert_eq!((job.lease, job.attempt), (None, 1));
}

#[tokio::test]
async fn fields_and_keys_with_a_nul_are_stored() {
    let app = App::start().await;
    let note = "tea\0at \u{1}four".to_owned();
    app.enqueue(Announced { note }).await;
    app.let_time_pass(Duration::from_secs(60)).await;
    let ran = app.run_jobs().await;
    let error = ran[0].error.as_deref().unwrap();
    assert!(
        error.contains("nobody reads tea\0at \u{1}four"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_failed_job_goes_with_its_user_wherever_the_address_stands_in_it() {
    let app = App::start().await;
    let database = &app.web.database;
    let ann = Email::normalized("ann@example.com");
    for (note, goes) in [
        ("ann@example.com", true),
        ("Ann Lee <Ann@Example.com>", true),
        ("mailto:ann@example.com, bo@example.com", true),
        ("joann@example.com", false),
        ("ann@example.com.au", false),
        ("ann at example.com", false),
    ] {
        let pinned = || Pinned {
            note: note.to_owned(),
            delay: Duration::ZERO,
        };
        for payload in ["payload", "'{\"note\":\"\"}'"] {
            // The key contains the address too. In the second round only the key contains it.
            app.enqueue(pinned()).await;
            let failed = format!("UPDATE jobs SET failed_at = 1, payload = {payload}");
            database.execute_unprepared(&failed).await.unwrap();
            let forgotten = forget_user(database, Uuid::now_v7(), &ann).await.unwrap();
            assert_eq!(forgotten, u64::from(goes), "{note}");
            let rest = "DELETE FROM jobs";
            database.execute_unprepared(rest).await.unwrap();
        }
    }
}
