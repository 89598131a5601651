//! Mails that are sent twice, because a process ended too early. Both mails have the same link, and a
//! link that has ended does not work again.

use hoglet_web::jobs::model::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::support::*;

/// A job that mails a link: its name, the recipient and the page of the link.
type LinkJob = (&'static str, &'static str, &'static str);

const LINK_JOBS: [LinkJob; 4] = [
    ("send_confirmation", ANN, CONFIRM),
    (LOG_IN.job, ANN, LOG_IN.page),
    (RESET.job, ANN, RESET.page),
    ("send_change_of_email", LEE, CONFIRM),
];

/// Enqueues each of these jobs, in a new app.
async fn app_with_link_jobs() -> App {
    let (app, ann) = app_with_ann().await;
    for kind in [LOG_IN, RESET] {
        app.browser().ask_for(kind, ANN).await;
    }
    ann.change_email(LEE).await;
    app
}

/// The waiting job of this name.
async fn waiting(app: &App, name: &str) -> Model {
    let found = Entity::find().filter(Column::Kind.eq(name));
    let job = found.one(&app.web.database).await.unwrap();
    job.expect("the job waits")
}

/// Puts a job that has run back into the queue.
async fn enqueue_again(app: &App, job: Model) {
    let row = Entity::insert(job.into_active_model().reset_all());
    row.exec_without_returning(&app.web.database).await.unwrap();
}

/// `Message-ID` and link of each mail with a link to this page, oldest first.
async fn links(app: &App, to: &str, page: &str) -> Vec<(String, String)> {
    let mails = app.mails_to(to).await.into_iter();
    let links = mails.filter_map(|mail| {
        let mut headers = mail.headers.lines();
        let id = headers.find(|line| line.starts_with("Message-ID: "))?;
        let link = mail.links.iter().find(|link| link.contains(page))?;
        Some((id.to_owned(), link[app.url.len()..].to_owned()))
    });
    links.collect()
}

#[tokio::test]
async fn both_mails_have_the_same_id_and_the_same_link() {
    let app = app_with_link_jobs().await;
    let mut jobs = Vec::new();
    for (name, ..) in LINK_JOBS {
        jobs.push(waiting(&app, name).await);
    }
    app.run_jobs().await;
    for (job, (name, to, page)) in jobs.into_iter().zip(LINK_JOBS) {
        enqueue_again(&app, job).await;
        let mails = links(&app, to, page).await;
        assert_eq!(mails.len(), 2, "{name}");
        assert_eq!(mails[0], mails[1], "{name}");
        assert_eq!(app.browser().get(&mails[0].1).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_used_link_is_not_sent_again_and_stays_used() {
    for (name, to, page) in LINK_JOBS {
        let app = app_with_link_jobs().await;
        let job = waiting(&app, name).await;
        let link = app.link_to(to, page).await;
        let form = [("password", PASSWORD)];
        assert_eq!(app.browser().post(&link, &form).await.status, 303, "{name}");

        enqueue_again(&app, job).await;
        assert_eq!(links(&app, to, page).await.len(), 1, "{name}");
        assert_gone(&app, &link).await;
    }
}
