//! Opening the database, with an error that names the variable and the remedy.

use sea_orm::DatabaseConnection;

use crate::database;
use crate::settings::Settings;

/// The address is not shown: it may hold a password.
pub async fn connect(settings: &Settings) -> Result<DatabaseConnection, String> {
    let connected = database::connect(&settings.database_url).await;
    connected.map_err(|error| {
        format!(
            "cannot open the database of DATABASE_URL: {error}; check that it exists and may be written to"
        )
    })
}

/// For commands that look at a database and must not make one by looking.
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
