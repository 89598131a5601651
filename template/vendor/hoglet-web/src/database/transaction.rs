//! Beginning a transaction.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

/// Begins a transaction that will write.
///
/// SQLite has one writer at a time. A transaction that reads first and writes later is refused at once,
/// "database is locked", where somebody else has written meanwhile; one that says at the beginning that
/// it will write waits for its turn. PostgreSQL needs no such word.
///
/// # Errors
///
/// Where the database does not answer.
pub async fn begin(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    database.begin_with_options(options).await
}
