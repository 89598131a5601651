//! Queues: a paused one holds up no other, and causes no alarm.

use std::time::Duration;

use hoglet_web::jobs::{pause, resume};

use crate::club::chores::Chore;
use crate::club::invite::Invite;
use crate::support::App;

fn names(ran: Vec<hoglet_web::testing::Ran>) -> Vec<String> {
    ran.into_iter().map(|ran| ran.job).collect()
}

#[tokio::test]
async fn of_a_paused_queue_nothing_begins_and_the_others_go_on() {
    let app = App::start().await;
    let database = &app.web.database;
    let invite = || Invite {
        to: "ann@example.com".to_owned(),
    };
    assert!(pause(database, "mail").await.unwrap());
    assert!(!pause(database, "mail").await.unwrap());
    app.enqueue(invite()).await;
    app.enqueue(Chore::RingTheBell).await;
    assert_eq!(names(app.run_jobs().await), ["chore"]);
    app.let_time_pass(Duration::from_secs(600)).await;
    let ready = app.browser().get("/readyz").await.json();
    // A paused queue must not cause an alarm.
    assert_eq!(ready["jobs"]["oldest_due_seconds"], 0);

    assert!(resume(database, "mail").await.unwrap());
    assert!(!resume(database, "mail").await.unwrap());
    let ready = app.browser().get("/readyz").await.json();
    let due = ready["jobs"]["oldest_due_seconds"].as_i64().unwrap();
    assert!((600..700).contains(&due), "{due}");
    assert_eq!(names(app.run_jobs().await), ["invite"]);
}
