//! The mail `proposal`.

use app::jobs::send_proposal::SendProposal;
use app::prelude::Uuid;

use crate::support::*;

#[tokio::test]
async fn it_reaches_the_user() {
    let (app, _) = app_with_ann().await;
    let user_id = app.user(ANN).await.id;
    app.enqueue(SendProposal { user_id }).await;
    let mails = app.mails_to(ANN).await;
    let mail = mails.iter().find(|mail| mail.subject == "Proposal");
    let mail = mail.unwrap();
    assert_shows(&mail.text, &app.url);
    // In the HTML, the slashes of the address are escaped.
    assert_shows(&mail.html, app.url.trim_start_matches("http://"));
}

#[tokio::test]
async fn after_the_deletion_of_the_account_it_is_not_sent() {
    let app = App::start().await;
    app.enqueue(SendProposal {
        user_id: Uuid::nil(),
    })
    .await;
    let ran = app.run_jobs().await;
    assert_eq!(ran.len(), 1);
    assert_eq!(ran[0].error, None);
    assert!(app.mails().await.is_empty());
}
