//! Rows of jobs: errors of any length, and addresses of deleted users.

use std::time::Duration;

use hoglet_web::email::Email;
use hoglet_web::jobs::forget_user;
use hoglet_web::jobs::model::{Column, Entity};
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::club::chores::{Pinned, Urgent};
use crate::support::App;

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
