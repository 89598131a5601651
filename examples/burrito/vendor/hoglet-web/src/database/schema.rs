//! The schema: migrations, applied and pending.

#[cfg(feature = "sqlite")]
use sea_orm::sqlx::sqlite::SqlitePoolOptions;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr};
#[cfg(feature = "sqlite")]
use sea_orm::{RuntimeErr, SqlxSqliteConnector};
use sea_orm_migration::{MigrationTrait, MigratorTrait, MigratorTraitSelf};

use super::connection::connect;
use super::unknown::{WithUnknown, applied_migrations};
use crate::settings::Secret;

/// Any constant will do; it only has to be the same in every process of this app.
const MIGRATION_LOCK: i64 = 0x006d_6967_7261_7465;

/// The app's migrations, which include Hoglet's.
#[derive(Clone, Copy, Debug)]
pub struct Migrations(fn() -> Vec<Box<dyn MigrationTrait>>);

impl Migrations {
    /// The migrations that a migrator lists.
    pub fn of<M: MigratorTrait>() -> Self {
        Self(M::migrations)
    }
}

impl MigratorTraitSelf for Migrations {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.0)()
    }
}

/// Applies the pending migrations.
///
/// On PostgreSQL, processes that start at the same time wait for each other. Migrations that a
/// newer version has applied stay applied: this version may run beside it during a rollout.
///
/// # Errors
///
/// If a migration fails. Those before it stay applied.
pub async fn migrate(database: &DatabaseConnection, migrations: Migrations) -> Result<(), DbErr> {
    while_no_other_migrates(database, async |database| {
        let all = WithUnknown::read(database, migrations).await?;
        all.up(database, None).await
    })
    .await
}

/// Migrates, and replaces the connections with new ones.
///
/// An old connection may still know the old schema. SQLite treats an unknown name in quotes as a
/// string, so `UPDATE … RETURNING "new_column"` would return the text `new_column`.
///
/// # Errors
///
/// If a migration fails, or the database cannot be opened again.
pub async fn migrated(
    database: DatabaseConnection,
    url: &Secret,
    migrations: Migrations,
) -> Result<DatabaseConnection, DbErr> {
    migrate(&database, migrations).await?;
    database.close().await?;
    connect(url).await
}

/// Reverts the newest migration.
///
/// # Errors
///
/// If its `down` fails, or if a newer version has applied it.
pub async fn migrate_down(
    database: &DatabaseConnection,
    migrations: Migrations,
) -> Result<(), DbErr> {
    while_no_other_migrates(database, async |database| {
        let all = WithUnknown::read(database, migrations).await?;
        all.down(database, Some(1)).await
    })
    .await
}

/// The names of the pending migrations.
///
/// # Errors
///
/// If the database does not answer.
pub async fn pending_migrations(
    database: &DatabaseConnection,
    migrations: Migrations,
) -> Result<Vec<String>, DbErr> {
    let applied = applied_migrations(database, migrations).await?;
    Ok(migrations
        .migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .filter(|name| !applied.contains(name))
        .collect())
}

/// sea-orm-migration takes no lock itself. SQLite needs none, because it has only one writer.
async fn while_no_other_migrates(
    database: &DatabaseConnection,
    work: impl AsyncFnOnce(&DatabaseConnection) -> Result<(), DbErr>,
) -> Result<(), DbErr> {
    if database.get_database_backend() == DatabaseBackend::Postgres {
        // The lock ends with its transaction, and so with the connection, even after a crash.
        let lock = sea_orm::TransactionTrait::begin(database).await?;
        lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            .await?;
        let outcome = work(database).await;
        lock.commit().await?;
        return outcome;
    }
    #[cfg(feature = "sqlite")]
    {
        let single = single_connection(database).await?;
        let outcome = work(&single).await;
        single.close().await?;
        outcome
    }
    #[cfg(not(feature = "sqlite"))]
    work(database).await
}

/// Opens a SQLite database with one connection, for all statements of the migrations.
///
/// With several connections, one may not know a column that another one has just added, and `DROP COLUMN` then fails.
#[cfg(feature = "sqlite")]
async fn single_connection(database: &DatabaseConnection) -> Result<DatabaseConnection, DbErr> {
    let options = database.get_sqlite_connection_pool().connect_options();
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options.as_ref().clone())
        .await
        .map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}
