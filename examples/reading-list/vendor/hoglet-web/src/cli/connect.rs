//! Opens the database. Errors name the variable and the remedy.

use futures_core::future::BoxFuture;
use sea_orm::DatabaseConnection;

use crate::database::{self, Migrations};
use crate::settings::Settings;

/// Opens the database. The error does not show its address, which may contain a password.
pub async fn connect(settings: &Settings) -> Result<DatabaseConnection, String> {
    let connected = database::connect(&settings.database_url).await;
    connected.map_err(|error| {
        format!(
            "cannot open the database of DATABASE_URL: {error}; check that it exists and may be written to"
        )
    })
}

/// Opens an existing database, for commands that only read. They must not create a database.
pub async fn connect_existing(
    settings: &Settings,
    app: &str,
) -> Result<DatabaseConnection, String> {
    let connected = database::connect_existing(&settings.database_url).await;
    connected.map_err(|error| {
        format!(
            "cannot open the database of DATABASE_URL: {error}; `{app} migrate` makes a SQLite file that is not there yet"
        )
    })
}

/// Opens the database and migrates it, for one of the app's own commands.
///
/// # Errors
///
/// If the database cannot be opened or migrated. The error says what to do.
pub fn open_database(
    settings: &Settings,
    migrations: Migrations,
) -> BoxFuture<'_, Result<DatabaseConnection, String>> {
    Box::pin(async move {
        let database = connect(settings).await?;
        database::migrated(database, &settings.database_url, migrations)
            .await
            .map_err(|error| format!("the database could not be migrated: {error}"))
    })
}
