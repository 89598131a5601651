//! Mails that are sent once more, because nobody knows whether they have arrived: each has the link of
//! the first one, and none brings back what has ended.

use hoglet_web::jobs::model::{Column, Entity, Model};
use reqwest::StatusCode;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::links::{LOG_IN, RESET, ask, confirm, follow};
use crate::support::{App, PASSWORD, People};

const ANN: &str = "ann@example.com";
const NEW: &str = "lee@example.com";

/// The job of a kind that waits.
async fn waiting(app: &App, kind: &str) -> Model {
    let found = Entity::find().filter(Column::Kind.eq(kind));
    let job = found.one(&app.web.database).await.unwrap();
    job.expect("the job waits")
}

/// Runs a job that has run: its process ended before it could note that it was done.
async fn run_again(app: &App, job: &Model) {
    put_back(app, job).await;
    let ran = app.run_jobs().await;
    assert!(ran.iter().all(|ran| ran.error.is_none()), "{ran:?}");
}

async fn put_back(app: &App, job: &Model) {
    let again = Entity::insert(job.clone().into_active_model().reset_all());
    let again = again.exec_without_returning(&app.web.database);
    again.await.unwrap();
}

/// Has a mail of each kind enqueued, and returns the job that sends it and to whom.
async fn asked_for(app: &App) -> Vec<(Model, &'static str)> {
    let ann = app.sign_up("Ann").await;
    for kind in [LOG_IN, RESET] {
        ask(&app.browser(), kind, ANN).await;
    }
    let form = [("email", NEW), ("current_password", PASSWORD)];
    ann.post("/profile/email", &form).await;
    vec![
        (waiting(app, "send_confirmation").await, ANN),
        (waiting(app, LOG_IN.job).await, ANN),
        (waiting(app, RESET.job).await, ANN),
        (waiting(app, "send_change_of_email").await, NEW),
    ]
}

/// Id and link of each mail with a link to this address, the oldest first.
async fn mailed(app: &App, to: &str, path: &str) -> Vec<(String, String)> {
    let mails = app.mails().await.into_iter();
    let mails = mails.filter(|mail| mail.to == to);
    let mails = mails.filter_map(|mail| {
        let mut lines = mail.headers.lines();
        let id = lines.find(|line| line.starts_with("Message-ID: "))?;
        let link = mail.links.iter().find(|link| link.contains(path))?;
        Some((id.to_owned(), link[app.url.len()..].to_owned()))
    });
    mails.collect()
}

fn page_of(job: &Model) -> &'static str {
    match job.kind.as_str() {
        "send_login_link" => LOG_IN.page,
        "send_reset_link" => RESET.page,
        _ => "/confirm-email/",
    }
}

#[tokio::test]
async fn each_has_the_id_and_the_link_of_the_first_one() {
    let app = App::start().await;
    let asked_for = asked_for(&app).await;
    app.run_jobs().await;
    for (job, to) in asked_for {
        run_again(&app, &job).await;
        let mails = mailed(&app, to, page_of(&job)).await;
        assert_eq!(mails.len(), 2, "{}", job.kind);
        assert_eq!(mails[0], mails[1], "{}", job.kind);
        let page = app.browser().get(&mails[0].1).await;
        assert_eq!(page.status, StatusCode::OK, "{}", job.kind);
    }
}

#[tokio::test]
async fn once_the_link_was_used_none_is_sent_and_it_stays_used() {
    for at in 0..4 {
        let app = App::start().await;
        let (job, to) = asked_for(&app).await.swap_remove(at);
        app.run_jobs().await;
        let page = page_of(&job);
        let link = mailed(&app, to, page).await[0].1.clone();
        let form = [("password", PASSWORD)];
        let answer = app.browser().post(&link, &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", job.kind);

        run_again(&app, &job).await;
        assert_eq!(mailed(&app, to, page).await.len(), 1, "{}", job.kind);
        let again = app.browser().post(&link, &form).await;
        assert_eq!(again.status, StatusCode::GONE, "{}", job.kind);
    }
}

#[tokio::test]
async fn a_changed_password_has_the_last_word() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    ask(&app.browser(), RESET, ANN).await;
    let job = waiting(&app, RESET.job).await;
    app.run_jobs().await;
    let link = mailed(&app, ANN, RESET.page).await[0].1.clone();
    let form = [
        ("current_password", PASSWORD),
        ("new_password", "my second sentence"),
    ];
    ann.post("/profile/password", &form).await;

    run_again(&app, &job).await;
    assert_eq!(mailed(&app, ANN, RESET.page).await.len(), 1);
    let answer = follow(&app.browser(), &link).await;
    assert_eq!(answer.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_new_request_sends_a_link_that_works_also_where_the_last_one_has_ended() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let job = waiting(&app, "send_confirmation").await;
    app.run_jobs().await;
    // It waits for its next try: whether the first mail has arrived is not known.
    put_back(&app, &job).await;
    let form = [
        ("current_password", PASSWORD),
        ("new_password", "my second sentence"),
    ];
    ann.post("/profile/password", &form).await;
    assert_eq!(ann.post("/confirm-email", &[]).await.location(), "/profile");
    app.run_jobs().await;

    let mails = mailed(&app, ANN, "/confirm-email/").await;
    assert_eq!(mails.len(), 2);
    assert_ne!(mails[0].0, mails[1].0, "mail programs show both");
    let ended = ann.post(&mails[0].1, &[]).await;
    assert_eq!(ended.status, StatusCode::GONE);
    let works = ann.post(&mails[1].1, &[]).await;
    assert_eq!(works.status, StatusCode::SEE_OTHER);
}
