//! `jobs list`, `jobs retry`, `jobs discard`, each in a separate process.

use std::process::{Command, Output};
use std::time::Duration;

use hoglet_web::jobs::Enqueued;
use hoglet_web::jobs::model::Entity;
use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::club::chores::{Chore, Pinned, Urgent};
use crate::club::program::BINARY;
use crate::support::App;

/// Runs the command on this app's database.
fn jobs(app: &App, arguments: &[&str]) -> Output {
    let url = &app.web.settings.database_url;
    let variables = [("APP_ENV", "test"), ("DATABASE_URL", url.expose())];
    let mut command = Command::new(BINARY.path);
    command.arg("jobs").args(arguments).envs(variables);
    command.output().unwrap()
}

/// The array that `jobs list --json` prints.
fn listed(app: &App, arguments: &[&str]) -> Vec<Value> {
    let output = jobs(app, &[&["list", "--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = said(&output);
    // The club's `main` is a test, whose own output comes first.
    let array = &said[said.find('[').unwrap()..];
    let mut values = serde_json::Deserializer::from_str(array).into_iter();
    values.next().unwrap().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn failed(app: &App) -> Uuid {
    let enqueued = app.enqueue(Chore::FailForGood).await;
    app.run_jobs().await;
    id_of(enqueued)
}

fn id_of(enqueued: Enqueued) -> Uuid {
    match enqueued {
        Enqueued::Now(id) | Enqueued::Replaced(id) => id,
        Enqueued::Already => panic!("no other one has its key"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_what_state_each_job_is_in() {
    let app = App::start().await;
    assert!(said(&jobs(&app, &["list"])).contains("no job waits"));
    let failed = failed(&app).await;
    let database = &app.web.database;
    app.enqueue(Chore::RingTheBell).await;
    let renamed = "UPDATE jobs SET kind = 'from_the_future' WHERE failed_at IS NULL";
    database.execute_unprepared(renamed).await.unwrap();
    let later = Pinned {
        note: "later".to_owned(),
        delay: Duration::from_secs(3600),
    };
    app.enqueue(later).await;
    app.enqueue(Chore::RingTheBell).await;

    let list = said(&jobs(&app, &["list"]));
    let line = |text: &str| list.lines().find(|line| line.contains(text)).unwrap_or("");
    assert!(
        line(&failed.to_string()).ends_with("failed after 1 attempt"),
        "{list}"
    );
    assert!(
        list.contains("    the broom of [e-mail] is broken"),
        "{list}"
    );
    assert!(
        line("from_the_future").contains("does not know its kind"),
        "{list}"
    );
    assert!(line("pinned").contains("due in 35"), "{list}");
    assert!(line(" due").contains("chore"), "{list}");
    let only = said(&jobs(&app, &["list", "--failed"]));
    assert!(
        only.contains(&failed.to_string()) && !only.contains("pinned"),
        "{only}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_is_retried_or_discarded_by_its_id() {
    let app = App::start().await;
    let id = failed(&app).await.to_string();
    let output = jobs(&app, &["retry", &id]);
    assert!(said(&output).contains("1 job tried again"), "{output:?}");
    assert_eq!(app.run_jobs().await.len(), 1);
    let output = jobs(&app, &["discard", &id]);
    assert!(said(&output).contains("1 job discarded"), "{output:?}");
    assert_eq!(Entity::find().count(&app.web.database).await.unwrap(), 0);

    for (arguments, code) in [
        (&["retry", &*id][..], 1),
        (&["retry"], 2),
        (&["discard", "x"], 2),
    ] {
        let output = jobs(&app, arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
    for _ in 0..3 {
        failed(&app).await;
    }
    assert!(said(&jobs(&app, &["retry", "--all"])).contains("3 jobs tried again"));
    app.run_jobs().await;
    assert!(said(&jobs(&app, &["discard", "--all"])).contains("3 jobs discarded"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_failed_jobs_that_share_a_key_one_is_retried_and_the_others_are_named() {
    let app = App::start().await;
    let database = &app.web.database;
    let mut ids = Vec::new();
    for note in ["once", "once", "twice", "once"] {
        let pinned = Pinned {
            note: note.to_owned(),
            delay: Duration::ZERO,
        };
        ids.push(id_of(app.enqueue(pinned).await));
        let failed = "UPDATE jobs SET failed_at = 1 WHERE failed_at IS NULL";
        database.execute_unprepared(failed).await.unwrap();
    }
    ids.push(failed(&app).await);

    let output = jobs(&app, &["retry", "--all"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("3 jobs tried again"), "{output:?}");
    let complained = String::from_utf8_lossy(&output.stderr);
    let why = "a job with the same unique key waits already";
    for (id, waits) in [
        (ids[0], false),
        (ids[1], true),
        (ids[2], false),
        (ids[3], true),
    ] {
        let line = complained
            .lines()
            .find(|line| line.contains(&id.to_string()));
        assert_eq!(
            line.is_some_and(|line| line.contains(why)),
            waits,
            "{complained}"
        );
    }
    let output = jobs(&app, &["retry", &ids[1].to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!said(&output).contains("tried again"), "{output:?}");

    // Once its key is free, the job can be retried.
    assert_eq!(app.run_jobs().await.len(), 3);
    let output = jobs(&app, &["retry", &ids[1].to_string()]);
    assert!(said(&output).contains("1 job tried again"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_for_programs_holds_every_job_with_its_state_and_its_times() {
    let app = App::start().await;
    assert!(listed(&app, &[]).is_empty());
    let database = &app.web.database;
    let id = failed(&app).await;
    let many: Vec<_> = (0..120).map(|_| Chore::RingTheBell).collect();
    app.web.jobs.enqueue_all(database, many).await.unwrap();
    let hour = Duration::from_secs(3_600);
    app.web
        .jobs
        .enqueue_in(database, Urgent {}, hour)
        .await
        .unwrap();
    app.enqueue(Chore::Fail).await;
    let waits = "UPDATE jobs SET attempt = 1, error = 'for a test', run_at = run_at + 60000 \
                 WHERE payload LIKE '%\"Fail\"%'";
    database.execute_unprepared(waits).await.unwrap();

    let all = listed(&app, &[]);
    assert_eq!(all.len(), 123);
    let count = |state: &str| all.iter().filter(|job| job["state"] == state).count();
    let counts = ["due", "scheduled", "retrying", "running", "failed"].map(count);
    assert_eq!(counts, [120, 1, 1, 0, 1]);
    let job = &all[0];
    assert_eq!(job["id"], id.to_string());
    for (field, value) in [
        ("kind", json!("chore")),
        ("known", json!(true)),
        ("queue", json!("default")),
        ("paused", json!(false)),
        ("priority", json!("normal")),
        ("attempt", json!(1)),
        ("attempts", json!(3)),
        ("unique_key", Value::Null),
        ("run_at", Value::Null),
        ("cancelled_at", Value::Null),
        ("error", json!("the broom of [e-mail] is broken")),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    let moment = |job: &Value, field: &str| {
        let text = job[field].as_str().unwrap();
        assert!(text.ends_with('Z'), "{text}");
        OffsetDateTime::parse(text, &Rfc3339).unwrap()
    };
    assert!(moment(job, "failed_at") >= moment(job, "enqueued_at"));

    let later = listed(&app, &["--state", "scheduled", "--state", "retrying"]);
    assert_eq!(later.len(), 2);
    let urgent = later.iter().find(|job| job["kind"] == "urgent").unwrap();
    assert_eq!(urgent["priority"], "high");
    let waits = moment(urgent, "run_at") - moment(urgent, "enqueued_at");
    assert_eq!(waits, hour);
    assert_eq!(listed(&app, &["--limit", "7"]).len(), 7);
    for all in ["9223372036854775807", "18446744073709551615"] {
        let text = said(&jobs(&app, &["list", "--limit", all]));
        assert!(!text.contains("and more"), "{text}");
    }
    assert_eq!(listed(&app, &["--failed"]).len(), 1);

    let text = said(&jobs(&app, &["list"]));
    assert!(
        text.contains("… and more; these are the first 100"),
        "{text}"
    );
    let text = said(&jobs(&app, &["list", "--limit", "0"]));
    assert!(!text.contains("and more"), "{text}");
    let text = said(&jobs(&app, &["list", "--state", "running"]));
    assert!(text.contains("no job is running"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_paused_and_resumed_for_every_process() {
    let app = App::start().await;
    app.enqueue(Chore::RingTheBell).await;
    let output = jobs(&app, &["pause", "defualt"]);
    assert_eq!(output.status.code(), Some(1));
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        complained.contains("no queue defualt; this app has default"),
        "{complained}"
    );

    let output = jobs(&app, &["pause", "default"]);
    assert!(said(&output).contains("default is paused; "), "{output:?}");
    assert!(app.run_jobs().await.is_empty());
    let list = said(&jobs(&app, &["list"]));
    assert!(list.contains("default is paused since 2"), "{list}");
    assert!(list.contains("due, but default is paused"), "{list}");
    assert_eq!(listed(&app, &[])[0]["paused"], true);
    let output = jobs(&app, &["resume", "default"]);
    assert!(said(&output).contains("default goes on"), "{output:?}");
    assert_eq!(app.run_jobs().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_cancelled_by_its_id() {
    let app = App::start().await;
    let enqueued = app.enqueue(Chore::RingTheBell).await;
    let id = id_of(enqueued).to_string();
    let output = jobs(&app, &["cancel", &id]);
    assert!(said(&output).contains("1 job cancelled"), "{output:?}");
    let output = jobs(&app, &["cancel", &id]);
    assert_eq!(output.status.code(), Some(1));
    assert!(app.run_jobs().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_stands_in_the_list_with_its_reason() {
    let app = App::start().await;
    let database = &app.web.database;
    if database.get_database_backend() != DatabaseBackend::Sqlite {
        return;
    }
    for _ in 0..2 {
        app.enqueue(Chore::RingTheBell).await;
    }
    let garble = "UPDATE jobs SET enqueued_at = 'yesterday' \
                  WHERE id = (SELECT id FROM jobs LIMIT 1)";
    database.execute_unprepared(garble).await.unwrap();
    let list = said(&jobs(&app, &["list"]));
    assert_eq!(list.matches("  chore").count(), 2, "{list}");
    assert!(list.contains("    this row cannot be read: "), "{list}");
    let all = listed(&app, &[]);
    let reasons = all.iter().filter_map(|job| job["error"].as_str());
    assert_eq!(
        reasons
            .filter(|reason| reason.contains("enqueued_at"))
            .count(),
        1
    );
}
