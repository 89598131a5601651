//! The job `propose_book`.

use app::jobs::propose_book::ProposeBook;

use crate::support::*;

#[tokio::test]
async fn it_runs_without_an_error() {
    let (app, _) = app_with_ann().await;
    let user_id = app.user(ANN).await.id;
    // Runs the job that asks Ann to confirm her address.
    app.run_jobs().await;
    app.enqueue(ProposeBook { user_id }).await;
    let ran = app.run_jobs().await;
    assert_eq!(ran.len(), 1);
    assert_eq!(ran[0].job, "propose_book");
    assert_eq!(ran[0].error, None);
}

#[tokio::test]
async fn after_the_deletion_of_the_account_it_does_nothing() {
    let app = App::start().await;
    app.enqueue(ProposeBook {
        user_id: app::prelude::Uuid::nil(),
    })
    .await;
    let ran = app.run_jobs().await;
    assert_eq!(ran.len(), 1);
    assert_eq!(ran[0].error, None);
}
