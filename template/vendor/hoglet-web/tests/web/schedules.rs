//! Schedules: those of Hoglet and of the app run, and their jobs have no actor.

use time::OffsetDateTime;
use time::macros::datetime;

use crate::support::App;

#[tokio::test]
async fn a_schedule_enqueues_its_job_once_for_each_time() {
    let app = App::start().await;
    let run_schedules = async |now: OffsetDateTime| app.run_schedules(now).await;
    let run_jobs = async || {
        let ran = app.run_jobs().await;
        let mut names: Vec<_> = ran.into_iter().map(|ran| ran.job).collect();
        names.sort();
        names
    };
    // This is a Wednesday. Housekeeping runs every ten minutes, and the boards are set up on Mondays.
    assert_eq!(run_schedules(datetime!(2026-11-18 12:05 UTC)).await, 0);
    assert_eq!(run_schedules(datetime!(2026-11-18 12:10 UTC)).await, 2);
    let housekeeping = ["hoglet_remove_expired", "hoglet_send_again"];
    assert_eq!(run_jobs().await, housekeeping);
    assert_eq!(run_schedules(datetime!(2026-12-09 12:00 UTC)).await, 3);
    assert!(run_jobs().await.contains(&"set_up_the_boards".to_owned()));
    // Events of a job without an actor make no person.
    let event = app.event("bell_rung").await;
    assert_eq!(event["$process_person_profile"], false);
}
