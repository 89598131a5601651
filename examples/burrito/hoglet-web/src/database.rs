//! The database: connecting, migrating, and deleting without holding others up.

use std::time::Duration;

use sea_orm::sea_query::{IntoCondition, Query};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DbErr, EntityTrait, QueryFilter,
};
use sea_orm_migration::{MigrationTrait, MigratorTrait, MigratorTraitSelf, SchemaManager};

use crate::settings::Secret;

/// Any constant will do; it only has to be the same in every process of this app.
const MIGRATION_LOCK: i64 = 0x006d_6967_7261_7465;
/// Rows that one statement deletes at most: a few milliseconds.
const SLICE: u64 = 500;

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

/// The app's migrations, Hoglet's among them.
#[derive(Clone, Copy, Debug)]
pub struct Migrations(fn() -> Vec<Box<dyn MigrationTrait>>);

impl Migrations {
    /// What a migrator lists.
    pub fn of<M: MigratorTrait>() -> Self {
        Self(M::migrations)
    }
}

impl MigratorTraitSelf for Migrations {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.0)()
    }
}

/// Applies what is pending. Processes that start at once on PostgreSQL wait for each other.
///
/// # Errors
///
/// Where a migration fails: what came before it stays applied.
pub async fn migrate(database: &DatabaseConnection, migrations: Migrations) -> Result<(), DbErr> {
    with_migration_lock(database, async || migrations.up(database, None).await).await
}

/// Migrates, and opens new connections in place of those from before.
///
/// An old connection may still know the old schema. SQLite takes a quoted name that it does not know
/// for a text, so that `UPDATE … RETURNING "new_column"` returns the text `new_column` there.
///
/// # Errors
///
/// Where a migration fails, or the database cannot be opened again.
pub async fn migrated(
    database: DatabaseConnection,
    url: &Secret,
    migrations: Migrations,
) -> Result<DatabaseConnection, DbErr> {
    migrate(&database, migrations).await?;
    database.close().await?;
    connect(url).await
}

/// Takes back the newest migration.
///
/// # Errors
///
/// Where its `down` fails.
pub async fn migrate_down(
    database: &DatabaseConnection,
    migrations: Migrations,
) -> Result<(), DbErr> {
    with_migration_lock(database, async || migrations.down(database, Some(1)).await).await
}

/// The names of the migrations that wait to be applied. Applied ones that this build does not know
/// are a newer process's, beside which this one goes on.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn pending_migrations(
    database: &DatabaseConnection,
    migrations: Migrations,
) -> Result<Vec<String>, DbErr> {
    // Looking changes nothing: the table of migrations is made by the first one.
    let table = migrations.migration_table_name().to_string();
    let applied = if SchemaManager::new(database).has_table(table).await? {
        migrations.get_migration_models(database).await?
    } else {
        Vec::new()
    };
    Ok(migrations
        .migrations()
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
    // The lock belongs to a transaction, and so to one connection: it ends with it, even in a crash.
    let lock = sea_orm::TransactionTrait::begin(database).await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        .await?;
    let outcome = work().await;
    lock.commit().await?;
    outcome
}

/// Deletes the rows that a condition names, some at a time: between two statements SQLite's only
/// write lock is free for others. Returns how many went.
///
/// # Errors
///
/// Where the database does not answer; what was deleted before stays deleted.
pub async fn delete_in_slices<E: EntityTrait>(
    database: &impl ConnectionTrait,
    id: E::Column,
    condition: impl IntoCondition + Clone,
) -> Result<u64, DbErr> {
    let mut deleted = 0;
    loop {
        let slice = Query::select()
            .column(id)
            .from(E::default())
            .cond_where(condition.clone())
            .limit(SLICE)
            .to_owned();
        let delete = E::delete_many().filter(id.in_subquery(slice));
        let rows = delete.exec(database).await?.rows_affected;
        deleted += rows;
        if rows < SLICE {
            return Ok(deleted);
        }
    }
}
