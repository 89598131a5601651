//! Opening a database.

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use crate::settings::Secret;

/// Opens the database, and makes a SQLite file where `mode=rwc` asks for it.
///
/// # Errors
///
/// Where it is not there, or may not be opened.
pub async fn connect(url: &Secret) -> Result<DatabaseConnection, DbErr> {
    #[cfg(feature = "sqlite")]
    create_parent_folder(url.expose());
    open(url.expose()).await
}

/// Opens a database that is there, for commands that only look.
///
/// # Errors
///
/// Where it is not there, or may not be opened.
pub async fn connect_existing(url: &Secret) -> Result<DatabaseConnection, DbErr> {
    open(&url.expose().replace("mode=rwc", "mode=rw")).await
}

async fn open(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        // Asking each time whether a connection is still there would cost as much as a query.
        .test_before_acquire_if_idle_for(Duration::from_secs(1));
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") {
        options.max_connections(8).map_sqlx_sqlite_opts(|sqlite| {
            use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
            // Readers and the one writer do not wait for each other, and a commit costs no fsync:
            // a power cut may take the last moments, never the file.
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
        });
    }
    Database::connect(options).await
}

/// SQLite makes the file, not the folder it lies in. Where that fails, connecting says why.
#[cfg(feature = "sqlite")]
fn create_parent_folder(url: &str) {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or(path);
    if !url.starts_with("sqlite:")
        || !url.contains("mode=rwc")
        || path.is_empty()
        || path.starts_with(':')
    {
        return;
    }
    if let Some(folder) = std::path::Path::new(path).parent()
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        tracing::warn!(%error, folder = %folder.display(), "could not create the database's folder");
    }
}
