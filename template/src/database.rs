//! The database: connecting, migrating, and the housekeeping that keeps it small.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DbErr,
};
use sea_orm_migration::{MigratorTrait, SchemaManager};

use crate::migrations::Migrator;
use crate::models::{log_in_failure, session};
use crate::posthog;
use crate::settings::Secret;

/// Any constant will do; it only has to be the same in every process of this app.
const MIGRATION_LOCK: i64 = 0x006d_6967_7261_7465;
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(10 * 60);

pub async fn connect(url: &Secret) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url.expose());
    options
        .sqlx_logging(false)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        // Asking each time whether a connection is still there would cost as much as a query.
        .test_before_acquire_if_idle_for(Duration::from_secs(1));
    #[cfg(feature = "sqlite")]
    if url.expose().starts_with("sqlite:") {
        create_parent_folder(url.expose());
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
    if !url.contains("mode=rwc") || path.is_empty() || path.starts_with(':') {
        return;
    }
    if let Some(folder) = std::path::Path::new(path).parent()
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        tracing::warn!(%error, folder = %folder.display(), "could not create the database's folder");
    }
}

/// Applies what is pending. Processes that start at once on PostgreSQL wait for each other.
pub async fn migrate(database: &DatabaseConnection) -> Result<(), DbErr> {
    with_migration_lock(database, async || Migrator::up(database, None).await).await
}

/// Takes back the newest migration.
pub async fn migrate_down(database: &DatabaseConnection) -> Result<(), DbErr> {
    with_migration_lock(database, async || Migrator::down(database, Some(1)).await).await
}

/// The names of the migrations that wait to be applied. Applied ones that this build does not know
/// are a newer process's, beside which this one goes on.
pub async fn pending_migrations(database: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    // Looking changes nothing: the table of migrations is made by the first one.
    let table = Migrator::migration_table_name().to_string();
    let applied = if SchemaManager::new(database).has_table(table).await? {
        Migrator::get_migration_models(database).await?
    } else {
        Vec::new()
    };
    Ok(Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .filter(|name| applied.iter().all(|applied| applied.version != *name))
        .collect())
}

/// sea-orm-migration takes no lock of its own. SQLite needs none: one file, one writer.
async fn with_migration_lock(
    database: &DatabaseConnection,
    work: impl AsyncFnOnce() -> Result<(), DbErr>,
) -> Result<(), DbErr> {
    if database.get_database_backend() != DatabaseBackend::Postgres {
        return work().await;
    }
    // The lock belongs to a transaction, hence to one connection, and ends with it even in a crash.
    let lock = sea_orm::TransactionTrait::begin(database).await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        .await?;
    let outcome = work().await;
    lock.commit().await?;
    outcome
}

/// Removes what has expired, for as long as the process lives.
pub async fn keep_house(database: DatabaseConnection, posthog: posthog::Client) {
    let mut interval = tokio::time::interval(HOUSEKEEPING_INTERVAL);
    loop {
        interval.tick().await;
        let removed = async {
            let sessions = session::delete_expired(&database).await?;
            let failures = log_in_failure::delete_expired(&database).await?;
            Ok::<_, DbErr>((sessions, failures))
        };
        match removed.await {
            Ok((sessions, failures)) => tracing::debug!(sessions, failures, "removed expired rows"),
            Err(error) => {
                tracing::warn!(%error, "could not remove expired rows");
                posthog.capture_error(&error);
            }
        }
    }
}
