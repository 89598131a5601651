//! Two processes of the app share their state through one database.

use hoglet_web::app::App as _;
use hoglet_web::database;
use hoglet_web::testing::Process;
use hoglet_web::visitor_link;
use reqwest::StatusCode;
use sea_orm::{DatabaseConnection, EntityTrait, PaginatorTrait};

use crate::club::program::BINARY;
use crate::club::{Club, member};
use crate::support::{PASSWORD, Person, email_of};

async fn two() -> (Process, Process) {
    let one = Process::start(*BINARY, &[]).await;
    let other = one.another().await;
    (one, other)
}

async fn database_of(process: &Process) -> DatabaseConnection {
    database::connect(&process.database_url()).await.unwrap()
}

#[tokio::test]
#[cfg_attr(
    not(feature = "postgres"),
    ignore = "SQLite serves one process; build with `--features postgres`"
)]
async fn processes_that_start_at_once_on_an_empty_database_migrate_it_once() {
    let processes = Process::start_at_once(*BINARY, 8).await;
    for process in &processes {
        let ready = process.browser().get("/readyz").await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.text());
    }
    let database = database_of(&processes[0]).await;
    let migrations = Club::parts().migrations;
    let pending = database::pending_migrations(&database, migrations).await;
    assert!(pending.unwrap().is_empty());

    let ann = processes[0].browser();
    ann.sign_up("Ann").await;
    for process in &processes {
        assert!(ann.at(&process.url).is_signed_in().await);
    }
}

#[tokio::test]
async fn two_processes_share_sessions() {
    let (one, other) = two().await;
    let ann = one.browser();
    ann.sign_up("Ann").await;
    let anns_at_the_other = ann.at(&other.url);

    assert!(anns_at_the_other.is_signed_in().await);
    assert_eq!(ann.ring().await, 1);
    assert_eq!(anns_at_the_other.ring().await, 2);
    anns_at_the_other.log_out().await;
    assert!(!ann.is_signed_in().await);
}

#[tokio::test]
async fn guesses_at_one_process_count_at_the_other() {
    let (one, other) = two().await;
    one.browser().sign_up("Ann").await;
    let email = email_of("Ann");
    for process in [&one, &other, &one, &other, &one] {
        let wrong = [("email", &*email), ("password", "wrong")];
        let answer = process.browser().post("/login", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    for process in [&one, &other] {
        let right = [("email", &*email), ("password", PASSWORD)];
        let answer = process.browser().post("/login", &right).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn a_visitor_who_is_linked_at_one_process_is_not_linked_again_at_the_other() {
    let (one, other) = two().await;
    let browser = one.browser();
    browser.get("/").await;
    let copy = browser.copy().at(&other.url);
    let visitor_id = browser.visitor_id();
    tokio::join!(browser.sign_up("Ann"), copy.sign_up("Bob"));

    let database = database_of(&one).await;
    let links = visitor_link::Entity::find().all(&database).await.unwrap();
    assert_eq!(links.len(), 2);
    let of_this_visitor = links
        .iter()
        .filter(|link| link.visitor_id.to_string() == visitor_id);
    assert_eq!(of_this_visitor.count(), 1);
}

#[tokio::test]
async fn two_sign_ups_with_one_email_at_two_processes_make_one_account() {
    let (one, other) = two().await;
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let (here, there) = (one.browser(), other.browser());
    let (here, there) = tokio::join!(here.post("/signup", &form), there.post("/signup", &form));

    let mut statuses = [here.status.as_u16(), there.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let database = database_of(&one).await;
    assert_eq!(member::Entity::find().count(&database).await.unwrap(), 1);
}
