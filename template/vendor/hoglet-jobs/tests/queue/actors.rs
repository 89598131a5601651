//! Tests of actors: a job belongs to the person it is done for.

use hoglet_jobs::StoredActor;
use hoglet_jobs::database::begin;

use crate::app::App;
use crate::bakery::{Bake, Serve};

#[tokio::test]
async fn a_job_gets_its_actor_and_passes_it_on() {
    let app = App::start().await;
    let jobs = app.acting_for("Ann");
    jobs.enqueue(&app.database, Bake::Dough).await.unwrap();
    app.enqueue(Bake::Bread).await;
    app.run().await;
    let mut baked = app.baked();
    baked.sort();
    assert_eq!(baked, ["bread for Ann", "bread for nobody"]);
}

#[tokio::test]
async fn jobs_from_before_the_actor_changed_are_the_new_actors() {
    let app = App::start().await;
    let jobs = app.acting_for("a visitor");
    let transaction = begin(&app.database).await.unwrap();
    jobs.enqueue(&transaction, Bake::Bread).await.unwrap();
    jobs.enqueue(&transaction, Serve {}).await.unwrap();
    // A clone shares the actor.
    jobs.clone()
        .change_actor(&transaction, StoredActor::of(&"Ann"))
        .await
        .unwrap();
    jobs.enqueue(&transaction, Bake::Bread).await.unwrap();
    transaction.commit().await.unwrap();
    app.run().await;
    let expected = ["served nobody", "bread for Ann", "bread for Ann"];
    assert_eq!(app.baked(), expected);
}

#[tokio::test]
async fn another_request_keeps_its_actor() {
    let app = App::start().await;
    let (ann, bob) = (app.acting_for("Ann"), app.acting_for("Bob"));
    bob.enqueue(&app.database, Bake::Bread).await.unwrap();
    ann.change_actor(&app.database, StoredActor::nobody())
        .await
        .unwrap();
    assert!(ann.actor().is_nobody());
    app.run().await;
    assert_eq!(app.baked(), ["bread for Bob"]);
}

#[tokio::test]
async fn a_failed_job_of_a_deleted_actor_is_not_kept() {
    let app = App::start().await;
    for name in ["Ann", "Zoe"] {
        let jobs = app.acting_for(name);
        jobs.enqueue(&app.database, Bake::BurnForGood)
            .await
            .unwrap();
    }
    app.run().await;
    let kept = app.rows().await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].actor.as_deref(), Some("\"Ann\""));
}
