//! Shared parts of statements: the clock, the values, and texts that can be stored.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, Value};

/// How many characters of an error are stored.
const MAX_ERROR_CHARACTERS: usize = 2_000;

/// The database's clock, in milliseconds since 1970.
///
/// It is constant within a statement, so that an index can be used.
fn now(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => {
            "floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint"
        }
        _ => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
    }
}

/// Makes a statement. `{now}` in its text becomes the database's clock, and `$1` is the first value.
fn statement(
    backend: DatabaseBackend,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(backend, sql.replace("{now}", now(backend)), values)
}

/// Runs a statement. Returns how many rows it has changed.
pub(crate) async fn execute(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    let statement = statement(database.get_database_backend(), sql, values);
    Ok(database.execute_raw(statement).await?.rows_affected())
}

/// Runs a statement that returns rows.
pub(crate) async fn query(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let statement = statement(database.get_database_backend(), sql, values);
    database.query_all_raw(statement).await
}

/// Placeholders for values: `$3, $4, $5` if `from` is 3 and `count` is 3.
pub(crate) fn placeholders(from: usize, count: usize) -> String {
    let numbers: Vec<_> = (from..from + count).map(|at| format!("${at}")).collect();
    numbers.join(", ")
}

/// A duration as rows store it.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

/// An error's text as it is stored: cut, and without control characters.
///
/// PostgreSQL refuses a text with a NUL, and a terminal would execute an escape sequence.
pub(crate) fn storable_error(error: &str) -> String {
    let lines = error.chars().filter(|character| *character != '\r');
    let lines = lines.map(|character| match character {
        '\n' | '\t' => character,
        character if character.is_control() => char::REPLACEMENT_CHARACTER,
        character => character,
    });
    lines.take(MAX_ERROR_CHARACTERS).collect()
}

/// A unique key as it is stored and compared. PostgreSQL refuses a text with a NUL.
pub(crate) fn storable_key(key: &str) -> String {
    key.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_error_keeps_its_lines_and_loses_its_control_characters() {
        let error = storable_error("one\r\n\ttwo\0 \u{1b}[31mred\u{7f}\u{9b}");
        assert_eq!(error, "one\n\ttwo\u{fffd} \u{fffd}[31mred\u{fffd}\u{fffd}");
        assert_eq!(storable_error(&"ä".repeat(5_000)).chars().count(), 2_000);
    }
}
