//! A database that does not answer: the requests that wait for it, and for how long.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sea_orm::{DatabaseTransaction, TransactionTrait};

use crate::support::{Answer, App, PASSWORD, People, Person, RING};

/// Takes every connection, like queries that never end.
async fn all_connections(app: &App) -> Vec<DatabaseTransaction> {
    let mut held = Vec::new();
    while let Ok(Ok(connection)) =
        tokio::time::timeout(Duration::from_millis(500), app.web.database.begin()).await
    {
        held.push(connection);
    }
    held
}

/// Checks that the answer is 503 with a time to try again.
fn assert_ask_again(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{what}: {wait}");
    let id = answer.header("x-request-id");
    assert!(answer.text().contains(id), "{what}: {}", answer.text());
}

#[tokio::test]
async fn a_page_waits_for_it_once_and_apologizes() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let held = all_connections(&app).await;

    let begin = Instant::now();
    let answer = ann.get("/card").await;
    assert_ask_again(&answer, "/card");
    assert!(answer.text().contains("The board fell over."));
    // A request waits 5 seconds for a connection.
    assert!(begin.elapsed() < Duration::from_secs(9), "{begin:?}");
    drop(held);
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn pages_forms_and_programs_are_told_when_to_ask_again() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let visitor = app.browser();
    let held = all_connections(&app).await;

    let form = [
        ("name", "Bob"),
        ("email", "bob@example.com"),
        ("password", PASSWORD),
    ];
    let (page, nowhere, by_script, log_in, sign_up, link) = tokio::join!(
        ann.get("/lounge"),
        ann.get("/nowhere"),
        ann.post("/api/vote", &[]),
        visitor.post("/login", &form),
        visitor.post("/signup", &form),
        visitor.post("/pass/a-token", &[]),
    );
    assert_ask_again(&page, "a page of a user's");
    assert_ask_again(&nowhere, "no page of a user's");
    assert_ask_again(&by_script, "the API");
    assert_eq!(
        by_script.json()["request_id"],
        by_script.header("x-request-id")
    );
    for (answer, what) in [(log_in, "log-in"), (sign_up, "sign-up"), (link, "a link")] {
        assert_ask_again(&answer, what);
    }
    // The first value in a visitor's session is written at the end of the request.
    assert_ask_again(
        &visitor.post(RING, &[]).await,
        "a value of a visitor's session",
    );
    drop(held);
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn the_app_is_alive_and_not_ready_and_says_so_soon() {
    let app = App::start().await;
    let held = all_connections(&app).await;
    let begin = Instant::now();
    let ready = app.browser().get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["database"], "unreachable");
    assert!(begin.elapsed() < Duration::from_secs(4), "{begin:?}");

    let begin = Instant::now();
    for path in ["/livez", "/static/app.css", "/", "/relay/static/array.js"] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    assert!(begin.elapsed() < Duration::from_secs(2), "{begin:?}");
    drop(held);
    let ready = app.browser().get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
}

#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
#[tokio::test]
async fn a_file_that_another_process_keeps_locked_is_read_and_its_writers_give_up() {
    use hoglet_web::database;
    use sea_orm::ConnectionTrait;

    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let other = database::connect(&app.web.settings.database_url).await;
    let other = other.unwrap();
    let lock = other.begin().await.unwrap();
    lock.execute_unprepared("UPDATE sessions SET data = data")
        .await
        .unwrap();

    assert!(ann.is_signed_in().await, "readers go on");
    let ready = ann.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    let begin = Instant::now();
    let answer = ann.post(RING, &[]).await;
    assert_ask_again(&answer, "a writer");
    assert!(begin.elapsed() < Duration::from_secs(9), "{begin:?}");
    lock.rollback().await.unwrap();
    assert_eq!(ann.ring().await, 1, "what failed was not counted");
}

/// The server accepts connections like PostgreSQL, and never answers.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    use hoglet_web::database;
    use hoglet_web::settings::Secret;
    use tokio::net::TcpListener;

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok(connection) = listener.accept().await {
            silent.push(connection);
        }
    });
    let begin = Instant::now();
    let url = Secret::new(format!("postgres://app@{address}/app"));
    assert!(database::connect(&url).await.is_err());
    assert!(begin.elapsed() < Duration::from_secs(12), "{begin:?}");
}
