//! Queues: priorities, pausing, and cancelling.

use std::time::Duration;

use hoglet_jobs::claim::claim;
use hoglet_jobs::wanted::Wanted;
use hoglet_web::jobs::model::Entity;
use hoglet_web::jobs::{Cancelled, Enqueued, Jobs, Priority, cancel, pause, resume};
use hoglet_web::web::Web;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};

use crate::club::chores::{Chore, Urgent};
use crate::club::invite::Invite;
use crate::support::App;

const LEASE: Duration = Duration::from_secs(60);

fn names(ran: Vec<hoglet_web::testing::Ran>) -> Vec<String> {
    ran.into_iter().map(|ran| ran.job).collect()
}

fn id_of(enqueued: Enqueued) -> Uuid {
    match enqueued {
        Enqueued::Now(id) | Enqueued::Replaced(id) => id,
        Enqueued::Already => panic!("it has no unique key"),
    }
}

#[tokio::test]
async fn the_priority_whose_turn_it_is_goes_first_and_then_the_highest() {
    let app = App::start().await;
    let database = &app.web.database;
    for _ in 0..3 {
        app.enqueue(Urgent {}).await;
        app.enqueue(Chore::RingTheBell).await;
    }
    let lowered = "UPDATE jobs SET priority = 2 WHERE kind = 'chore'";
    database.execute_unprepared(lowered).await.unwrap();
    let claimed = async |first, count| {
        let wanted = Wanted {
            queue: Some("default"),
            kinds: &["chore", "urgent"],
            except: &[],
        };
        let jobs = claim(database, wanted, first, count, LEASE).await.unwrap();
        jobs.into_iter().map(|job| job.kind).collect::<Vec<_>>()
    };
    assert_eq!(claimed(Priority::Low, 1).await, ["chore"]);
    assert_eq!(claimed(Priority::High, 1).await, ["urgent"]);
    // No job has this priority, so the usual order applies.
    assert_eq!(claimed(Priority::Normal, 1).await, ["urgent"]);
    assert_eq!(claimed(Priority::High, 2).await, ["urgent", "chore"]);
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

#[tokio::test]
async fn a_job_that_waits_is_cancelled_at_once() {
    let app = App::start().await;
    let database = &app.web.database;
    let id = id_of(app.enqueue(Chore::RingTheBell).await);
    assert_eq!(cancel(database, id).await.unwrap(), Cancelled::Removed);
    assert_eq!(cancel(database, id).await.unwrap(), Cancelled::NotThere);
    assert!(app.run_jobs().await.is_empty());
}

#[tokio::test]
async fn a_cancelled_job_whose_process_died_or_whose_attempt_failed_is_not_run_again() {
    let app = App::start().await;
    let database = &app.web.database;
    let id = id_of(app.enqueue(Chore::RingTheBell).await);
    let wanted = Wanted {
        queue: None,
        kinds: &["chore"],
        except: &[],
    };
    let claimed = claim(database, wanted, Priority::High, 1, LEASE).await;
    assert_eq!(claimed.unwrap().len(), 1);
    assert_eq!(cancel(database, id).await.unwrap(), Cancelled::Stopping);
    app.let_time_pass(LEASE).await;
    let ran = app.run_jobs().await;
    assert_eq!(ran[0].error.as_deref(), Some("cancelled"));
    assert_eq!(Entity::find().count(database).await.unwrap(), 0);
    assert!(app.events().await.is_empty());
}

#[test]
fn a_job_whose_queue_has_no_line_is_told_which_line_to_add() {
    let faults = Jobs::<Web>::default().job::<Invite>().faults();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains(r#"`.queue("mail", 2)`"#), "{faults:?}");
    let queues = Jobs::<Web>::default().queue("mail", 0).queue("mail", 1);
    let faults = queues.job::<Invite>().faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[tokio::test]
async fn a_job_may_be_due_at_a_moment_or_after_a_while() {
    let app = App::start().await;
    let database = &app.web.database;
    let hour = Duration::from_secs(3_600);
    let moment = time::OffsetDateTime::now_utc() + 2 * hour;
    let jobs = &app.web.jobs;
    jobs.enqueue_at(database, Chore::RingTheBell, moment)
        .await
        .unwrap();
    jobs.enqueue_in(database, Urgent {}, hour).await.unwrap();
    let past = time::OffsetDateTime::now_utc() - hour;
    jobs.enqueue_at(database, Chore::Delegate, past)
        .await
        .unwrap();
    assert_eq!(names(app.run_jobs().await), ["chore", "chore"]);
    app.let_time_pass(hour).await;
    assert_eq!(names(app.run_jobs().await), ["urgent"]);
    app.let_time_pass(hour).await;
    assert_eq!(names(app.run_jobs().await), ["chore"]);
}

#[tokio::test]
async fn a_job_that_comes_too_early_puts_itself_off_and_loses_no_attempt() {
    let app = App::start().await;
    let database = &app.web.database;
    app.enqueue(Chore::WaitForTheTide).await;
    for _ in 0..5 {
        let ran = app.run_jobs().await;
        assert_eq!(ran.len(), 1);
        assert_eq!(
            (ran[0].attempt, ran[0].error.as_deref()),
            (1, Some("put off for 60s"))
        );
        app.let_time_pass(LEASE).await;
    }
    let tide = "CREATE TABLE tide (height INTEGER)";
    database.execute_unprepared(tide).await.unwrap();
    assert_eq!(app.run_jobs().await[0].error, None);
    assert!(app.events_named("$exception").await.is_empty());
}
