//! The job `tidy_shelves` and its times.

use time::macros::datetime;

use crate::support::*;

#[tokio::test]
async fn it_runs_when_its_time_has_come() {
    let app = App::start().await;
    let due = datetime!(2026-12-02 3:00 UTC);
    // A new schedule waits for its next time.
    app.run_schedules(due - MINUTE).await;
    assert!(app.run_jobs().await.is_empty());

    app.run_schedules(due).await;
    let ran = app.run_jobs().await;
    let mut ran = ran.iter().filter(|ran| ran.job == "tidy_shelves");
    assert_eq!(ran.next().unwrap().error, None);
    assert!(ran.next().is_none());
}
