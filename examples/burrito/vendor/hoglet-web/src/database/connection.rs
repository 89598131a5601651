//! Opening a database.

use std::time::Duration;

#[cfg(feature = "sqlite")]
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use crate::settings::Secret;
#[cfg(feature = "sqlite")]
use crate::settings::database::SqliteFile;

/// Opens the database, and makes a SQLite file where `mode=rwc` asks for it.
///
/// # Errors
///
/// Where it is not there, or may not be opened.
pub async fn connect(url: &Secret) -> Result<DatabaseConnection, DbErr> {
    #[cfg(feature = "sqlite")]
    create_parent_folder(url.expose());
    Database::connect(options(url.expose())).await
}

/// Opens a database that is there, for commands that only look.
///
/// # Errors
///
/// Where it is not there, or may not be opened.
pub async fn connect_existing(url: &Secret) -> Result<DatabaseConnection, DbErr> {
    let options = options(url.expose());
    #[cfg(feature = "sqlite")]
    let options = looking(options);
    Database::connect(options).await
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        // Asking each time whether a connection is still there would cost as much as a query.
        .test_before_acquire_if_idle_for(Duration::from_secs(1));
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") {
        options.max_connections(8).map_sqlx_sqlite_opts(tuned);
    }
    options
}

/// Readers and the one writer do not wait for each other, and a commit costs no fsync: a power cut may take the last
/// moments, never the file.
#[cfg(feature = "sqlite")]
fn tuned(sqlite: SqliteConnectOptions) -> SqliteConnectOptions {
    sqlite
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
}

/// Looking at a SQLite file makes none.
#[cfg(feature = "sqlite")]
fn looking(mut options: ConnectOptions) -> ConnectOptions {
    options.map_sqlx_sqlite_opts(|sqlite| tuned(sqlite).create_if_missing(false));
    options
}

/// SQLite makes the file, not the folder it lies in. Where that fails, connecting says why.
#[cfg(feature = "sqlite")]
fn create_parent_folder(url: &str) {
    if !url.starts_with("sqlite:") {
        return;
    }
    let Ok(file) = SqliteFile::of(url) else {
        return;
    };
    if file.is_created
        && let Some(folder) = file.path.parent()
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        tracing::warn!(%error, folder = %folder.display(), "could not create the database's folder");
    }
}
