//! Opening a database.

use std::time::Duration;

#[cfg(feature = "sqlite")]
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use crate::settings::Secret;
#[cfg(feature = "sqlite")]
use crate::settings::database::SqliteFile;

/// The file of SQLite's write-ahead log shrinks to this size, in bytes, when the log begins again.
///
/// A smaller file would be extended again each time, which costs more than the space.
#[cfg(feature = "sqlite")]
const LOG_FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// Opens the database. With `mode=rwc`, a missing SQLite file is created.
///
/// # Errors
///
/// If the database does not exist, or cannot be opened.
pub async fn connect(url: &Secret) -> Result<DatabaseConnection, DbErr> {
    #[cfg(feature = "sqlite")]
    create_parent_folder(url.expose());
    Database::connect(options(url.expose())).await
}

/// Opens an existing database, for commands that only read.
///
/// # Errors
///
/// If the database does not exist, or cannot be opened.
pub async fn connect_existing(url: &Secret) -> Result<DatabaseConnection, DbErr> {
    let options = options(url.expose());
    #[cfg(feature = "sqlite")]
    let options = existing_only(options);
    Database::connect(options).await
}

pub(super) fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        // A test of the connection before each use would cost as much as a query.
        .test_before_acquire_if_idle_for(Duration::from_secs(1));
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") {
        options
            .max_connections(8)
            .map_sqlx_sqlite_opts(sqlite_options);
    }
    options
}

/// Options for fast and safe writes.
///
/// Readers and the writer do not wait for each other, and a commit does not wait for the disk. A power cut may lose
/// the last commits, but does not damage the file.
#[cfg(feature = "sqlite")]
pub(super) fn sqlite_options(sqlite: SqliteConnectOptions) -> SqliteConnectOptions {
    sqlite
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("journal_size_limit", LOG_FILE_LIMIT.to_string())
}

/// Opens a SQLite file without creating it.
#[cfg(feature = "sqlite")]
fn existing_only(mut options: ConnectOptions) -> ConnectOptions {
    options.map_sqlx_sqlite_opts(|sqlite| sqlite_options(sqlite).create_if_missing(false));
    options
}

/// SQLite creates the file, but not its folder. If this fails, connecting reports the reason.
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
