//! Tests of attempts: transactions, and the effects of failures.

use std::time::Duration;

use hoglet_jobs::list::{ListedState, list};
use hoglet_jobs::{AttemptOutcome, upkeep};
use sea_orm::TransactionTrait;

use crate::app::App;
use crate::bakery::Bake;

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
async fn a_kind_that_this_version_does_not_know_is_kept() {
    let app = App::start().await;
    app.enqueue(Bake::Bread).await;
    app.execute("UPDATE jobs SET kind = 'from the future'")
        .await;
    assert!(app.run().await.is_empty());
    let listed = list(&app.database, &[], None).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].state, ListedState::Due);
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
