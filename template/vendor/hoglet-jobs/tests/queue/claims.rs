//! Tests of claims: only the holder of a lease can store how a job ended.

use std::time::Duration;

use hoglet_jobs::Priority;
use hoglet_jobs::attempt::AttemptOutcome;
use hoglet_jobs::claim::claim;
use hoglet_jobs::lease::{self, Claim, Extended};
use hoglet_jobs::wanted::Wanted;

use crate::app::{App, Bake};

const MINUTE: Duration = Duration::from_secs(60);
const BAKING: Wanted<'static> = Wanted {
    queue: Some("default"),
    kinds: &["bake"],
    except: &[],
};

async fn claim_one(app: &App) -> Option<Claim> {
    let claimed = claim(&app.database, BAKING, Priority::High, 10, MINUTE).await;
    claimed.unwrap().first().map(|job| Claim {
        id: job.id,
        lease: job.lease.unwrap(),
    })
}

#[tokio::test]
async fn a_process_that_has_lost_the_lease_stores_nothing() {
    let app = App::start().await;
    let database = &app.database;
    app.enqueue(Bake::Bread).await;
    let lost = claim_one(&app).await.unwrap();
    assert_eq!(claim_one(&app).await, None);
    app.let_time_pass(MINUTE).await;
    let held = claim_one(&app).await.unwrap();
    assert_eq!(held.id, lost.id);

    assert_eq!(lease::complete(database, &[lost]).await.unwrap(), 0);
    assert!(!lease::fail(database, lost, "late", None).await.unwrap());
    let extended = lease::extend(database, &[lost], MINUTE).await.unwrap();
    assert!(extended.is_empty());
    lease::give_back(database, &[lost]).await.unwrap();
    let job = app.rows().await.remove(0);
    assert_eq!(
        (job.attempt, job.lease, job.error),
        (2, Some(held.lease), None)
    );
    let extended = lease::extend(database, &[held], MINUTE).await.unwrap();
    assert_eq!(extended[&held.id], Extended::Active);
    assert_eq!(lease::complete(database, &[held]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_job_whose_process_dies_each_time_is_given_up() {
    let app = App::start().await;
    app.enqueue(Bake::Bread).await;
    for _ in 0..3 {
        claim_one(&app).await.unwrap();
        app.let_time_pass(MINUTE).await;
    }
    let ended = app.run().await;
    let [AttemptOutcome::Failed { error, .. }] = &*ended else {
        panic!("{ended:?}");
    };
    assert!(error.contains("the process ended"), "{error}");
    assert!(app.rows().await[0].failed_at.is_some());
}
