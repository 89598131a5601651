//! `jobs list`, `jobs retry`, `jobs discard`, each in a process of its own.

use std::process::{Command, Output};
use std::time::Duration;

use hoglet_web::jobs::model::Entity;
use hoglet_web::jobs::{Enqueued, Job};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use uuid::Uuid;

use crate::club::chores::{Chore, Pinned};
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

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn failed(app: &App) -> Uuid {
    let enqueued = Chore::FailForGood.enqueue(&app.web.database).await.unwrap();
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
    Chore::RingTheBell.enqueue(database).await.unwrap();
    let renamed = "UPDATE jobs SET kind = 'from_the_future' WHERE failed_at IS NULL";
    database.execute_unprepared(renamed).await.unwrap();
    let later = Pinned {
        note: "later".to_owned(),
        delay: Duration::from_secs(3600),
    };
    later.enqueue(database).await.unwrap();
    Chore::RingTheBell.enqueue(database).await.unwrap();

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
        ids.push(id_of(pinned.enqueue(database).await.unwrap()));
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

    // Where its key is free again, it is tried again.
    assert_eq!(app.run_jobs().await.len(), 3);
    let output = jobs(&app, &["retry", &ids[1].to_string()]);
    assert!(said(&output).contains("1 job tried again"), "{output:?}");
}
