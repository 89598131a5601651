//! Begins transactions that write.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

/// Begins a transaction that will write.
///
/// SQLite has one writer at a time. If a transaction reads first and writes later, and another one has
/// written in between, SQLite refuses it at once with "database is locked". A transaction that announces at
/// its beginning that it will write waits for the other one instead. PostgreSQL needs no announcement.
///
/// # Errors
///
/// If the database does not answer.
pub async fn begin(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    database.begin_with_options(options).await
}
