//! SQLite's write-ahead log stays short, even while there are always readers.

use std::time::Duration;

use hoglet_web::database;
use hoglet_web::database::write_ahead_log::WriteAheadLog;
use hoglet_web::settings::Secret;
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use tempfile::TempDir;

/// More pages than the log keeps.
const MANY_PAGES: usize = 3_000;

/// A new database with an empty table. It is deleted with the folder.
async fn open() -> (TempDir, DatabaseConnection, WriteAheadLog) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.sqlite");
    let url = Secret::new(format!("sqlite://{}?mode=rwc", file.display()));
    let database = database::connect(&url).await.unwrap();
    run(&database, "CREATE TABLE texts (text BLOB NOT NULL)").await;
    let log = WriteAheadLog::of(&url).await.unwrap();
    (folder, database, log.expect("it is a SQLite database"))
}

async fn run(database: &impl ConnectionTrait, sql: &str) {
    database.execute_unprepared(sql).await.unwrap();
}

async fn write_pages(database: &DatabaseConnection, pages: usize) {
    let bytes = pages * 4096;
    let insert = format!("INSERT INTO texts VALUES (zeroblob({bytes}))");
    run(database, &insert).await;
}

/// The number of pages in the log.
async fn pages(database: &DatabaseConnection) -> i32 {
    let statement = sea_orm::Statement::from_string(
        sea_orm::DbBackend::Sqlite,
        "PRAGMA wal_checkpoint(PASSIVE)",
    );
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "log").unwrap()
}

#[tokio::test]
async fn a_short_log_is_left_alone() {
    let (_folder, database, log) = open().await;
    write_pages(&database, 10).await;
    assert!(!log.shorten().await.unwrap());
}

#[tokio::test]
async fn a_long_log_begins_again_while_others_read() {
    let (_folder, database, log) = open().await;
    // When one transaction ends, the other one has begun, as in an app under load.
    let readers = [0, 1].map(|turn| {
        let database = database.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(3 * turn)).await;
            loop {
                let transaction = database.begin().await.unwrap();
                run(&transaction, "SELECT count(*) FROM texts").await;
                tokio::time::sleep(Duration::from_millis(6)).await;
                transaction.commit().await.unwrap();
            }
        })
    });
    let mut begun_again = false;
    for _ in 0..20 {
        write_pages(&database, MANY_PAGES).await;
        begun_again = log.shorten().await.unwrap();
        if begun_again {
            break;
        }
    }
    assert!(
        begun_again,
        "the log was long and no transaction stayed open"
    );
    write_pages(&database, 1).await;
    assert!(
        pages(&database).await < 100,
        "the log begins with that page"
    );
    for reader in &readers {
        assert!(!reader.is_finished(), "no reader was disturbed");
        reader.abort();
    }
}

#[tokio::test]
async fn an_open_transaction_keeps_its_log_and_blocks_no_writer() {
    let (_folder, database, log) = open().await;
    let reader = database.begin().await.unwrap();
    run(&reader, "SELECT count(*) FROM texts").await;
    write_pages(&database, MANY_PAGES).await;

    assert!(!log.shorten().await.unwrap());
    write_pages(&database, 1).await;
    let before = pages(&database).await;
    assert!(before > 3_000, "{before} pages");

    reader.commit().await.unwrap();
    assert!(log.shorten().await.unwrap());
}
