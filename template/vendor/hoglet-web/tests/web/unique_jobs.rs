//! Jobs with a unique key: at most one waits, and at most one runs.
//!
//! Jobs that are enqueued meanwhile are not lost.

use std::time::Duration;

use hoglet_jobs::claim::claim;
use hoglet_jobs::lease::{Claim, complete, fail};
use hoglet_jobs::wanted::Wanted;
use hoglet_web::database::begin;
use hoglet_web::jobs::model::{Entity, Model};
use hoglet_web::jobs::{Enqueued, Enqueuer, Priority};
use sea_orm::{DatabaseBackend, DatabaseConnection, EntityTrait};

use crate::club::chores::{Announced, Pinned};
use crate::support::App;

const MINUTE: Duration = Duration::from_secs(60);

async fn pin(database: &DatabaseConnection, note: &str) -> Enqueued {
    let pinned = Pinned {
        note: note.to_owned(),
        delay: Duration::ZERO,
    };
    let jobs = Enqueuer::default();
    jobs.enqueue(database, pinned).await.unwrap()
}

/// Claims all jobs that are due.
async fn claimed(database: &DatabaseConnection) -> Vec<Claim> {
    let wanted = Wanted {
        queue: Some("default"),
        kinds: &["pinned"],
        except: &[],
    };
    let jobs = claim(database, wanted, Priority::High, 10, MINUTE).await;
    let of = |job: Model| Claim {
        id: job.id,
        lease: job.lease.unwrap(),
    };
    jobs.unwrap().into_iter().map(of).collect()
}

#[tokio::test]
async fn a_job_that_is_enqueued_while_its_twin_runs_begins_after_that_ones_end() {
    let app = App::start().await;
    let database = &app.web.database;
    pin(database, "chess").await;
    let running = claimed(database).await;
    assert!(matches!(pin(database, "chess").await, Enqueued::Now(_)));
    assert_eq!(pin(database, "chess").await, Enqueued::Already);
    pin(database, "draughts").await;
    let other = claimed(database).await;
    assert_eq!(other.len(), 1, "only the one with another key");
    complete(database, &other).await.unwrap();

    complete(database, &running).await.unwrap();
    let next = claimed(database).await;
    assert_eq!(next.len(), 1);
    complete(database, &next).await.unwrap();
    assert!(Entity::find().all(database).await.unwrap().is_empty());
}

#[tokio::test]
async fn it_waits_through_the_retries_of_its_twin_and_for_a_dead_process() {
    let app = App::start().await;
    let database = &app.web.database;
    pin(database, "chess").await;
    let first = claimed(database).await.remove(0);
    pin(database, "chess").await;
    fail(database, first, "for a test", Some(MINUTE))
        .await
        .unwrap();
    assert!(claimed(database).await.is_empty());
    // The second job is waiting already.
    assert_eq!(pin(database, "chess").await, Enqueued::Already);

    app.let_time_pass(MINUTE).await;
    let again = claimed(database).await;
    assert_eq!(again[0].id, first.id);
    // The process of the first job dies.
    app.let_time_pass(MINUTE).await;
    let again = claimed(database).await;
    assert_eq!((again.len(), again[0].id), (1, first.id));
    fail(database, again[0], "for a test", None).await.unwrap();
    let second = claimed(database).await;
    assert_eq!(second.len(), 1);
    assert_ne!(second[0].id, first.id);
}

#[tokio::test]
async fn one_that_replaces_gives_the_one_that_waits_its_fields_its_time_and_its_attempts() {
    let app = App::start().await;
    let database = &app.web.database;
    let announce = async |note: &str| {
        let note = note.to_owned();
        app.enqueue(Announced { note }).await
    };
    let Enqueued::Now(id) = announce("tea at four").await else {
        panic!("none waits");
    };
    // Each new job restarts the delay, so nothing is announced while more jobs come.
    app.let_time_pass(MINUTE / 2).await;
    assert_eq!(announce("tea at five").await, Enqueued::Replaced(id));
    app.let_time_pass(MINUTE / 2).await;
    assert!(app.run_jobs().await.is_empty());
    app.let_time_pass(MINUTE / 2).await;
    let ran = app.run_jobs().await;
    assert_eq!(ran[0].error.as_deref(), Some("nobody reads tea at five"));

    // A new job replaces one that waits for its next attempt, and resets its attempts.
    assert_eq!(announce("tea at six").await, Enqueued::Replaced(id));
    let waits = Entity::find_by_id(id).one(database).await.unwrap().unwrap();
    assert_eq!((waits.attempt, waits.error), (0, None));
    app.let_time_pass(MINUTE).await;
    let ran = app.run_jobs().await;
    assert_eq!(ran[0].error.as_deref(), Some("nobody reads tea at six"));
    assert_eq!(ran[0].attempt, 1);
}

#[tokio::test]
async fn many_are_enqueued_at_once_except_those_with_a_key_that_waits() {
    let app = App::start().await;
    let database = &app.web.database;
    let pinned = |number: usize| Pinned {
        note: format!("note {}\0", number % 1_200),
        delay: Duration::ZERO,
    };
    app.enqueue(pinned(7)).await;
    let many = || (0..2_500).map(pinned).collect();
    let enqueue = async |jobs| app.web.jobs.enqueue_all(database, jobs).await.unwrap();
    assert_eq!(enqueue(many()).await, 1_199);
    assert_eq!(enqueue(many()).await, 0);
    assert_eq!(enqueue(Vec::new()).await, 0);
    assert_eq!(Entity::find().all(database).await.unwrap().len(), 1_200);

    let announcements = ["tea at four", "tea at five"].map(|note| Announced {
        note: note.to_owned(),
    });
    let stored = app.web.jobs.enqueue_all(database, announcements.into());
    assert_eq!(stored.await.unwrap(), 2);
    let kind = Entity::find().all(database).await.unwrap();
    let kind: Vec<_> = kind.iter().filter(|job| job.kind == "announced").collect();
    assert_eq!(kind.len(), 1);
    assert!(kind[0].payload.contains("tea at five"));
}

/// Otherwise the job would run before the commit, and would not find the transaction's data.
#[tokio::test]
async fn a_job_that_stays_for_its_twin_does_not_begin_before_the_twins_transaction_ends() {
    let app = App::start().await;
    let database = &app.web.database;
    if database.get_database_backend() != DatabaseBackend::Postgres {
        // On SQLite there is only one writing transaction at a time.
        return;
    }
    let pinned = || Pinned {
        note: "tea at four".to_owned(),
        delay: Duration::ZERO,
    };
    app.enqueue(pinned()).await;
    let transaction = begin(database).await.unwrap();
    let twin = app.web.jobs.enqueue(&transaction, pinned()).await.unwrap();
    assert_eq!(twin, Enqueued::Already);
    assert!(app.run_jobs().await.is_empty());
    transaction.commit().await.unwrap();
    assert_eq!(app.run_jobs().await.len(), 1);
}
