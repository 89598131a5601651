//! Several processes of the app on one database: what one machine knows, the others know too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::database;
use app::migrations::Migrator;
use app::models::visitor_link;
use reqwest::{Method, StatusCode};
use sea_orm::{EntityTrait, PaginatorTrait};
use sea_orm_migration::MigratorTrait;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::{App, PASSWORD, Process, email_of, wait_until};

const CONSIDER: &str = "/api/burrito/consider";

#[tokio::test]
async fn a_process_that_is_killed_takes_no_session_and_no_row_along() {
    let mut killed = Process::start(&[]).await;
    let other = killed.another().await;
    let answered = Arc::new(AtomicU64::new(0));
    let mut load = JoinSet::new();
    for n in 0..4 {
        let (browser, answered) = (killed.browser(), answered.clone());
        load.spawn(async move {
            browser.sign_up(&format!("Ann{n}")).await;
            let mut count = 0;
            while let Ok(answer) = browser.request(Method::POST, CONSIDER).send().await
                && let Ok(body) = answer.bytes().await
            {
                let answer: Value = serde_json::from_slice(&body).unwrap();
                count = answer["count"].as_u64().unwrap();
                answered.fetch_add(1, Ordering::Relaxed);
            }
            (browser, count)
        });
    }
    wait_until("the load is on", || answered.load(Ordering::Relaxed) > 100).await;
    killed.kill();

    let browsers = load.join_all().await;
    for (n, (browser, count)) in browsers.into_iter().enumerate() {
        let there = browser.at(&other.url);
        assert!(there.is_signed_in().await);
        // Whether the one that the kill cut off was counted, nobody was told.
        let next = there.post(CONSIDER, &[]).await.json()["count"].as_u64();
        let counted = [Some(count + 1), Some(count + 2)];
        assert!(counted.contains(&next), "{count}, then {next:?}");
        other.browser().log_in(&format!("Ann{n}")).await;
    }
}

#[tokio::test]
async fn processes_that_start_at_once_on_an_empty_database_migrate_it_once() {
    // SQLite serves one process.
    if cfg!(not(feature = "postgres")) {
        return;
    }
    let processes = Process::start_at_once(8).await;
    for process in &processes {
        let ready = process.browser().get("/readyz").await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.text());
    }
    let connection = database::connect(&processes[0].database_url()).await;
    let applied = Migrator::get_migration_models(&connection.unwrap()).await;
    assert_eq!(applied.unwrap().len(), Migrator::migrations().len());

    let ann = processes[0].browser();
    ann.sign_up("Ann").await;
    for process in &processes {
        assert!(ann.at(&process.url).is_signed_in().await);
    }
}

#[tokio::test]
async fn who_guesses_at_one_process_is_turned_away_at_the_other() {
    let app = App::start().await;
    let other = app.another_process().await;
    app.sign_up("Ann").await;
    let email = email_of("Ann");
    for process in [&app, &other, &app, &other, &app] {
        let wrong = [("email", &*email), ("password", "wrong")];
        let answer = process.browser().post("/login", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    for process in [&app, &other] {
        let right = [("email", &*email), ("password", PASSWORD)];
        let answer = process.browser().post("/login", &right).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn a_visitor_who_is_linked_at_one_process_is_not_linked_again_at_the_other() {
    let app = App::start().await;
    let other = app.another_process().await;
    let browser = app.browser();
    browser.get("/").await;
    let copy = browser.copy().at(&other.url);
    let visitor_id = browser.visitor_id();
    tokio::join!(browser.sign_up("Ann"), copy.sign_up("Bob"));

    let links = visitor_link::Entity::find().all(&app.state.database).await;
    let links = links.unwrap();
    assert_eq!(links.len(), 2);
    let of_this_visitor = links
        .iter()
        .filter(|link| link.visitor_id.to_string() == visitor_id);
    assert_eq!(of_this_visitor.count(), 1);
}

#[tokio::test]
async fn two_sign_ups_with_one_email_at_two_processes_make_one_account() {
    let app = App::start().await;
    let other = app.another_process().await;
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let (here, there) = (app.browser(), other.browser());
    let (here, there) = tokio::join!(here.post("/signup", &form), there.post("/signup", &form));

    let mut statuses = [here.status.as_u16(), there.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let accounts = app::models::user::Entity::find().count(&app.state.database);
    assert_eq!(accounts.await.unwrap(), 1);
}
