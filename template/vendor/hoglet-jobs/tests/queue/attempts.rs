//! Tests of attempts: the order of jobs, and the effects of failures.

use std::time::Duration;

use hoglet_jobs::attempt::AttemptOutcome;
use hoglet_jobs::{Jobs, upkeep};
use sea_orm::TransactionTrait;

use crate::app::{App, Bake, Serve, jobs};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_job_is_rolled_back_with_its_transaction() {
    let app = App::start().await;
    let jobs = &app.runner.jobs;
    let transaction = app.database.begin().await.unwrap();
    jobs.enqueue(&transaction, Bake::Bread).await.unwrap();
    transaction.rollback().await.unwrap();
    assert!(app.run().await.is_empty());

    let transaction = app.database.begin().await.unwrap();
    jobs.enqueue(&transaction, Bake::Bread).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(app.run().await.len(), 1);
    assert_eq!(app.baked(), ["bread for nobody"]);
    assert!(app.rows().await.is_empty());
}

#[tokio::test]
async fn a_higher_priority_runs_first_and_a_unique_job_waits_once() {
    let app = App::start().await;
    app.enqueue(Bake::Bread).await;
    app.enqueue(Serve {}).await;
    app.enqueue(Serve {}).await;
    app.run().await;
    assert_eq!(app.baked(), ["served nobody", "bread for nobody"]);
}

#[tokio::test]
async fn an_error_is_retried_later_and_reported_the_first_and_the_last_time() {
    let app = App::start().await;
    app.enqueue(Bake::Burn).await;
    for _ in 0..5 {
        app.run().await;
        assert!(app.run().await.is_empty());
        app.let_time_pass(10 * MINUTE).await;
    }
    let kept = app.rows().await.remove(0);
    assert_eq!((kept.attempt, kept.failed_at.is_some()), (3, true));
    // Stored errors contain no addresses.
    assert_eq!(kept.error.as_deref(), Some("burnt, says [e-mail]"));
    assert_eq!(app.reported.lock().unwrap().len(), 2);

    let retried = upkeep::retry(&app.database, Some(kept.id)).await.unwrap();
    assert_eq!(retried, (1, Vec::new()));
    assert_eq!(app.run().await.len(), 1);
}

#[tokio::test]
async fn an_error_for_good_is_not_retried_and_a_panic_is_an_error() {
    let app = App::start().await;
    app.enqueue(Bake::BurnForGood).await;
    app.run().await;
    assert!(app.rows().await[0].failed_at.is_some());
    app.enqueue(Bake::Panic).await;
    let ended = app.run().await;
    let AttemptOutcome::Failed { error, .. } = &ended[0] else {
        panic!("{ended:?}");
    };
    assert_eq!(error, "the oven is on fire");
}

#[tokio::test]
async fn a_job_that_is_too_early_runs_again_without_counting() {
    let app = App::start().await;
    app.enqueue(Bake::Later).await;
    assert!(matches!(*app.run().await, [AttemptOutcome::PutOff(MINUTE)]));
    assert_eq!(app.rows().await[0].attempt, 0);
    assert!(app.reported.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_kind_that_this_version_does_not_know_is_kept() {
    let app = App::start().await;
    app.enqueue(Bake::Bread).await;
    app.execute("UPDATE jobs SET kind = 'from the future'")
        .await;
    assert!(app.run().await.is_empty());
    let kinds = upkeep::kinds(&app.database).await.unwrap();
    let unknown = ("from the future".to_owned(), "default".to_owned(), 1);
    assert_eq!(kinds, [unknown]);
}

/// During a deployment a newer process can read fields that this one cannot.
#[tokio::test]
async fn fields_that_this_version_cannot_read_are_tried_again_like_any_failure() {
    let app = App::start().await;
    for newer in ["{\"dance\": 1}", "\"sing\"", "null", "no JSON at all"] {
        app.enqueue(Bake::Bread).await;
        app.execute(&format!("UPDATE jobs SET payload = '{newer}'"))
            .await;
        assert!(matches!(*app.run().await, [AttemptOutcome::Failed { .. }]));
        let waits = app.rows().await.remove(0);
        assert_eq!((waits.failed_at, &*waits.payload), (None, newer));

        let of_this_version = "UPDATE jobs SET payload = '\"Bread\"', run_at = 0";
        app.execute(of_this_version).await;
        assert!(matches!(*app.run().await, [AttemptOutcome::Done]));
    }
}

#[test]
fn a_table_with_faults_names_all_of_them() {
    assert!(Jobs::<()>::default().faults().is_empty());
    let twice = jobs()
        .job::<Bake>()
        .cron("99 * * * *", "UTC", || Serve {})
        .cron("0 0 30 2 *", "UTC", || Serve {})
        .cron("0 0 * * *", "Atlantis", || Serve {})
        .every(Duration::from_millis(5), || Serve {});
    let faults = twice.faults();
    for wrong in ["bake", "99 * * * *", "0 0 30 2 *", "Atlantis", "5ms"] {
        assert!(
            faults.iter().any(|fault| fault.contains(wrong)),
            "{wrong}: {faults:?}"
        );
    }
}
