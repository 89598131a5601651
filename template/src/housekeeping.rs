//! Housekeeping: what has expired is removed, for as long as the process lives.

use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr};

use crate::models::{attempt, session};

const INTERVAL: Duration = Duration::from_secs(10 * 60);

pub async fn run(database: DatabaseConnection) {
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        interval.tick().await;
        match delete_expired(&database).await {
            Ok((sessions, attempts)) => {
                tracing::debug!(sessions, attempts, "removed expired rows");
            }
            Err(error) => tracing::warn!(%error, "could not remove expired rows"),
        }
    }
}

async fn delete_expired(database: &DatabaseConnection) -> Result<(u64, u64), DbErr> {
    let sessions = session::delete_expired(database).await?;
    let attempts = attempt::delete_expired(database).await?;
    Ok((sessions, attempts))
}
