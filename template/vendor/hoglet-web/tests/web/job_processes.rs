//! Jobs in processes that are stopped and killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use hoglet_web::database::{self, begin};
use hoglet_web::jobs::model::{Column, Entity, Model};
use hoglet_web::jobs::{Cancelled, Enqueued, Enqueuer, cancel};
use hoglet_web::testing::{Process, Signal};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseConnection, EntityTrait, PaginatorTrait,
    QueryFilter, Statement,
};
use tempfile::TempDir;

use crate::club::chores::{Blocking, Chore, Counted, Logged};
use crate::club::program::BINARY;
use crate::support::wait_until;

const SOON: &[(&str, &str)] = &[("JOBS_LEASE_SECONDS", "4"), ("JOBS_CONCURRENCY", "4")];

async fn database_of(process: &Process) -> DatabaseConnection {
    database::connect(&process.database_url()).await.unwrap()
}

async fn enqueue(
    database: &DatabaseConnection,
    folder: &Path,
    numbers: std::ops::Range<u32>,
    milliseconds: u64,
) {
    let transaction = begin(database).await.unwrap();
    for number in numbers {
        let job = Logged {
            folder: folder.to_owned(),
            number,
            milliseconds,
            key: None,
        };
        Enqueuer::default()
            .enqueue(&transaction, job)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}

/// The number of starts and ends of each job, and whether a job ran twice at the same time.
fn log(folder: &TempDir) -> (BTreeMap<u32, u32>, BTreeMap<u32, u32>, bool) {
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    let of = |what: &str| {
        let mut counts = BTreeMap::new();
        for line in log.lines() {
            if let Some(number) = line.strip_prefix(what) {
                *counts.entry(number.trim().parse().unwrap()).or_default() += 1;
            }
        }
        counts
    };
    (of("begun "), of("done "), log.contains("twice"))
}

fn done(folder: &TempDir) -> usize {
    log(folder).1.len()
}

#[tokio::test]
async fn processes_that_are_killed_lose_no_job_and_run_none_twice_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(*BINARY, SOON).await;
    let mut other = process.another().await;
    let database = database_of(&process).await;
    for round in 0..5 {
        let before = done(&folder);
        enqueue(&database, folder.path(), round * 60..(round + 1) * 60, 20).await;
        wait_until("some more are done", || done(&folder) > before + 8).await;
        process.kill();
        process = other;
        other = process.another().await;
    }
    wait_until("all are done", || done(&folder) == 300).await;
    let (_, done, twice) = log(&folder);
    assert!(!twice, "a job ran twice at the same time");
    // These processes were killed after the end of a job, but before its row was deleted.
    let again: Vec<_> = done.values().filter(|count| **count > 1).collect();
    assert!(again.len() <= 20, "{again:?}");
    wait_for_none(&database).await;
}

#[tokio::test]
async fn a_process_that_is_stopped_finishes_what_it_can_and_gives_the_rest_back() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("SHUTDOWN_TIMEOUT_SECONDS", "4"),
        ("JOBS_LEASE_SECONDS", "60"),
        ("JOBS_CONCURRENCY", "2"),
    ];
    let mut process = Process::start(*BINARY, &variables).await;
    let database = database_of(&process).await;
    enqueue(&database, folder.path(), 0..1, 1_500).await;
    enqueue(&database, folder.path(), 1..2, 60_000).await;
    wait_until("both have begun", || log(&folder).0.len() == 2).await;
    assert_eq!(process.end(Signal::Terminate).await.status.code(), Some(0));

    let (_, done, _) = log(&folder);
    assert_eq!(done.into_keys().collect::<Vec<_>>(), [0]);
    let left = Entity::find().all(&database).await.unwrap();
    let [left] = left.as_slice() else {
        panic!("one is left: {left:?}");
    };
    // The lease ends at once, and the attempt does not count.
    assert_eq!((left.lease, left.attempt), (None, 0));
    let _next = process.another().await;
    wait_until("the next process goes on", || log(&folder).0[&1] == 2).await;
}

/// The database may refuse because of a trigger, a full disk, or invalid text.
#[tokio::test]
async fn jobs_whose_end_the_database_refuses_hold_neither_a_place_nor_a_lease() {
    let variables = [("JOBS_LEASE_SECONDS", "2"), ("JOBS_CONCURRENCY", "2")];
    let process = Process::start(*BINARY, &variables).await;
    let database = database_of(&process).await;
    let Refusal { refuse, allow } = Refusal::of(&database, "NEW.failed_at IS NOT NULL").await;
    database.execute_unprepared(&refuse).await.unwrap();
    for _ in 0..2 {
        Enqueuer::default()
            .enqueue(&database, Chore::FailForGood)
            .await
            .unwrap();
    }
    let chores = Entity::find().filter(Column::Kind.eq("chore"));
    let jobs = async || chores.clone().all(&database).await.unwrap();
    let until = async |what: &str, good: &dyn Fn(&[Model]) -> bool| {
        let begin = Instant::now();
        while !good(&jobs().await) {
            assert!(begin.elapsed() < Duration::from_secs(30), "in vain: {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    until("both have begun", &|jobs| {
        jobs.iter().all(|job| job.attempt > 0)
    })
    .await;
    for _ in 0..20 {
        Enqueuer::default()
            .enqueue(&database, Chore::RingTheBell)
            .await
            .unwrap();
    }
    until("the others are done", &|jobs| jobs.len() == 2).await;
    until("the leases have ended", &|jobs| {
        jobs.iter().all(|job| job.attempt > 1)
    })
    .await;
    database.execute_unprepared(&allow).await.unwrap();
    until("both are told", &|jobs| {
        jobs.iter().all(|job| job.failed_at.is_some())
    })
    .await;
}

#[tokio::test]
async fn a_job_that_the_database_refuses_to_change_takes_no_other_one_along() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JOBS_LEASE_SECONDS", "2"), ("JOBS_CONCURRENCY", "4")];
    let process = Process::start(*BINARY, &variables).await;
    let database = database_of(&process).await;
    let Refusal { refuse, allow } =
        Refusal::of(&database, r#"OLD.payload LIKE '%"number":1,%'"#).await;
    enqueue(&database, folder.path(), 1..3, 3_000).await;
    wait_until("both have begun", || log(&folder).0.len() == 2).await;
    database.execute_unprepared(&refuse).await.unwrap();
    // The lease of the other job is still extended.
    wait_until("the other one is done", || log(&folder).1.contains_key(&2)).await;
    assert_eq!(log(&folder).0[&2], 1);
    let refused = Entity::find().filter(Column::RunAt.lt(0));
    let end_of_lease = "UPDATE jobs SET run_at = -1 WHERE payload LIKE '%\"number\":1,%'";
    // One transaction, so that the process never sees the table without the trigger.
    let transaction = begin(&database).await.unwrap();
    for sql in [&*allow, end_of_lease, &*refuse] {
        transaction.execute_unprepared(sql).await.unwrap();
    }
    transaction.commit().await.unwrap();
    // The refused job is due before these jobs.
    enqueue(&database, folder.path(), 3..9, 0).await;
    wait_until("the others are done", || done(&folder) >= 7).await;
    assert_eq!(refused.count(&database).await.unwrap(), 1);
    database.execute_unprepared(&allow).await.unwrap();
    wait_for_none(&database).await;
}

/// Makes the database refuse changes of some jobs.
struct Refusal {
    refuse: String,
    allow: String,
}

impl Refusal {
    /// Refuses changes of the jobs that match a condition.
    async fn of(database: &DatabaseConnection, condition: &str) -> Self {
        let trigger = "CREATE TRIGGER refuse BEFORE UPDATE ON jobs";
        let (refuse, allow) = match database.get_database_backend() {
            DatabaseBackend::Postgres => {
                let function = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                                $$ BEGIN RAISE EXCEPTION 'refused'; END $$";
                database.execute_unprepared(function).await.unwrap();
                let refuse =
                    format!("{trigger} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse()");
                (refuse, "DROP TRIGGER refuse ON jobs")
            }
            _ => {
                let refuse =
                    format!("{trigger} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'refused'); END");
                (refuse, "DROP TRIGGER refuse")
            }
        };
        let allow = allow.to_owned();
        Self { refuse, allow }
    }
}

#[tokio::test]
async fn a_job_that_runs_is_cancelled_from_elsewhere_at_the_next_heartbeat() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JOBS_LEASE_SECONDS", "2"), ("JOBS_CONCURRENCY", "2")];
    let mut process = Process::start(*BINARY, &variables).await;
    let database = database_of(&process).await;
    enqueue(&database, folder.path(), 0..1, 60_000).await;
    wait_until("it has begun", || log(&folder).0.len() == 1).await;
    let logged = Entity::find().filter(Column::Kind.eq("logged"));
    let job = logged.one(&database).await.unwrap().unwrap();
    let cancelled = cancel(&database, job.id).await.unwrap();
    assert_eq!(cancelled, Cancelled::Stopping);
    wait_for_none(&database).await;
    assert_eq!(done(&folder), 0);
    let ended = process.end(Signal::Terminate).await;
    assert_eq!(
        ended.said_once("a job was cancelled")["job_id"],
        job.id.to_string()
    );
}

#[tokio::test]
async fn jobs_that_block_their_threads_keep_neither_the_pages_nor_the_bound() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("SHUTDOWN_TIMEOUT_SECONDS", "4"),
        ("JOBS_CONCURRENCY", "17"),
    ];
    let mut process = Process::start(*BINARY, &variables).await;
    let database = database_of(&process).await;
    // These are more jobs than threads for other work. One place is reserved for mails.
    for _ in 0..16 {
        let folder = folder.path().to_owned();
        Enqueuer::default()
            .enqueue(&database, Blocking { folder })
            .await
            .unwrap();
    }
    let begun = || log(&folder).0.get(&0).copied().unwrap_or_default();
    wait_until("all block", || begun() == 16).await;
    assert_eq!(process.browser().get("/bell").await.status, 200);
    let ended = process.end(Signal::Terminate).await;
    ended.assert_in_time();
    let [captured, delivered, lost] = ended.counted();
    assert_eq!((captured, lost), (delivered, 0));
    assert!(captured >= 16, "{captured}");
}

#[tokio::test]
async fn a_job_enqueued_while_its_twin_runs_is_done_soon_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(*BINARY, &[("JOBS_CONCURRENCY", "4")]).await;
    let database = database_of(&process).await;
    let enqueue = async || {
        let job = Logged {
            folder: folder.path().to_owned(),
            number: 0,
            milliseconds: 500,
            key: Some("one at a time".to_owned()),
        };
        Enqueuer::default().enqueue(&database, job).await.unwrap()
    };
    enqueue().await;
    wait_until("it has begun", || log(&folder).0.len() == 1).await;
    assert!(matches!(enqueue().await, Enqueued::Now(_)));
    assert_eq!(enqueue().await, Enqueued::Already);
    wait_for_none(&database).await;
    let (_, done, twice) = log(&folder);
    assert_eq!((done[&0], twice), (2, false));
}

/// This happens when a suspended machine resumes.
#[tokio::test]
async fn a_clock_that_jumps_forward_begins_nothing_anew() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JOBS_LEASE_SECONDS", "60"), ("JOBS_CONCURRENCY", "4")];
    let process = Process::start(*BINARY, &variables).await;
    let database = database_of(&process).await;
    enqueue(&database, folder.path(), 0..2, 3_000).await;
    wait_until("both have begun", || log(&folder).0.len() == 2).await;
    let an_hour_later = "UPDATE jobs SET run_at = run_at - 3600000";
    database.execute_unprepared(an_hour_later).await.unwrap();
    wait_until("both are done", || done(&folder) == 2).await;
    let (begun, _, _) = log(&folder);
    assert_eq!(begun.into_values().collect::<Vec<_>>(), [1, 1]);
    wait_for_none(&database).await;
}

#[tokio::test]
async fn what_is_enqueued_elsewhere_is_found_and_a_process_may_work_alone() {
    let folder = tempfile::tempdir().unwrap();
    let idle = Process::start(*BINARY, &[("JOBS_CONCURRENCY", "0")]).await;
    let database = database_of(&idle).await;
    enqueue(&database, folder.path(), 0..3, 0).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(done(&folder), 0);

    let mut worker = idle.worker().await;
    wait_until("they are done", || done(&folder) == 3).await;
    assert_eq!(worker.end(Signal::Terminate).await.status.code(), Some(0));
}

#[tokio::test]
async fn of_ten_thousand_jobs_two_processes_do_each_once() {
    let variables = [("JOBS_CONCURRENCY", "8")];
    let one = Process::start(*BINARY, &variables).await;
    let _other = one.another().await;
    let database = database_of(&one).await;
    let table = "CREATE TABLE counted (number INTEGER NOT NULL, process BIGINT NOT NULL)";
    database.execute_unprepared(table).await.unwrap();
    for thousand in 0..15 {
        let transaction = begin(&database).await.unwrap();
        for number in thousand * 1_000..(thousand + 1) * 1_000 {
            Enqueuer::default()
                .enqueue(&transaction, Counted { number })
                .await
                .unwrap();
        }
        // Every third thousand is rolled back.
        if thousand % 3 == 2 {
            transaction.rollback().await.unwrap();
        } else {
            transaction.commit().await.unwrap();
        }
    }
    wait_for_none(&database).await;

    let asked = "SELECT count(*) AS jobs, count(DISTINCT number) AS numbers, \
                 count(DISTINCT process) AS processes FROM counted";
    let asked = Statement::from_string(database.get_database_backend(), asked);
    let row = database.query_one_raw(asked).await.unwrap().unwrap();
    let count = |name: &str| row.try_get::<i64>("", name).unwrap();
    assert_eq!((count("jobs"), count("numbers")), (10_000, 10_000));
    assert_eq!(count("processes"), 2);
}

async fn wait_for_none(database: &DatabaseConnection) {
    let until = Instant::now() + Duration::from_secs(120);
    while Entity::find().count(database).await.unwrap() > 0 {
        assert!(Instant::now() < until, "jobs are left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
