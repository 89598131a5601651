//! Marks rows that cannot be read as failed, with the reason. All other jobs run as usual.
//!
//! Such rows can exist because SQLite allows a text in a column of numbers.

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Value};

use crate::sql::{execute, query, storable_error};

/// The columns that a claim reads, each with a condition. A row that violates one is never claimed.
const ON_SQLITE: [(&str, &str); 6] = [
    ("run_at", "typeof(run_at) = 'integer'"),
    (
        "priority",
        "typeof(priority) = 'integer' AND priority BETWEEN 0 AND 2",
    ),
    ("kind", "typeof(kind) = 'text'"),
    ("queue", "typeof(queue) = 'text'"),
    ("begun", "typeof(begun) = 'integer'"),
    (
        "unique_key",
        "typeof(unique_key) = 'text' OR unique_key IS NULL",
    ),
];

const ON_POSTGRES: [(&str, &str); 1] = [("priority", "priority BETWEEN 0 AND 2")];

/// Marks a claimed row that does not fit [`Model`](crate::model::Model) as failed.
///
/// If the database refuses that, the row is claimed again when its lease ends.
pub(crate) async fn try_set_aside(
    database: &impl ConnectionTrait,
    row: &QueryResult,
    error: &DbErr,
) {
    if let Err(error) = set_aside(database, row, error).await {
        tracing::warn!(%error, "could not set a job's row aside that cannot be read");
    }
}

async fn set_aside(
    database: &impl ConnectionTrait,
    row: &QueryResult,
    error: &DbErr,
) -> Result<(), DbErr> {
    // On SQLite the id itself may be broken, but each row has a number.
    let (column, value): (_, Value) = match database.get_database_backend() {
        DatabaseBackend::Postgres => ("id", row.try_get::<Uuid>("", "id")?.into()),
        _ => ("rowid", row.try_get::<i64>("", "row_number")?.into()),
    };
    let reason = reason(error);
    tracing::error!(
        error = reason,
        "a job's row cannot be read; it is kept as failed"
    );
    let sql = format!(
        "UPDATE jobs SET lease = NULL, error = $1, failed_at = {{now}} WHERE {column} = $2"
    );
    let error = storable_error(&reason);
    execute(database, &sql, [error.into(), value])
        .await
        .map(drop)
}

/// Marks rows that a claim never finds as failed. Returns how many.
///
/// # Errors
///
/// If the database fails.
pub async fn set_aside_unfindable(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let (columns, garbled): (&[(&str, &str)], _) = match database.get_database_backend() {
        DatabaseBackend::Postgres => (&ON_POSTGRES, 0),
        _ => (&ON_SQLITE, set_aside_garbled(database).await?),
    };
    let all: Vec<_> = columns
        .iter()
        .map(|(_, good)| format!("({good})"))
        .collect();
    let broken = format!("failed_at IS NULL AND NOT ({})", all.join(" AND "));
    // A `SELECT` takes no lock. An `UPDATE` takes SQLite's only one, even if it changes nothing.
    let select = format!("SELECT 1 AS one FROM jobs WHERE {broken} LIMIT 1");
    if query(database, &select, []).await?.is_empty() {
        return Ok(garbled);
    }
    let which = columns
        .iter()
        .map(|(column, good)| format!("WHEN NOT ({good}) THEN '{column}'"));
    let sql = format!(
        "UPDATE jobs SET lease = NULL, failed_at = {{now}}, \
         error = 'this row cannot be read: its column ' || CASE {} END || ' holds no value of its kind' \
         WHERE {broken}",
        which.collect::<Vec<_>>().join(" ")
    );
    Ok(garbled + execute(database, &sql, []).await?)
}

/// Marks rows whose kind or queue is not UTF-8 as failed. SQLite does not check that.
async fn set_aside_garbled(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let select = "SELECT kind, queue, min(rowid) AS row_number FROM jobs \
                WHERE failed_at IS NULL GROUP BY kind, queue";
    let mut set_aside = 0;
    for row in query(database, select, []).await? {
        let read = |column| row.try_get::<String>("", column).map(drop);
        let Err(error) = read("kind").and_then(|()| read("queue")) else {
            continue;
        };
        let sql = "UPDATE jobs SET lease = NULL, failed_at = {now}, error = $1 WHERE failed_at IS NULL \
                   AND (kind, queue) = (SELECT kind, queue FROM jobs WHERE rowid = $2)";
        let error = storable_error(&reason(&error));
        let row_number: i64 = row.try_get("", "row_number")?;
        set_aside += execute(database, sql, [error.into(), row_number.into()]).await?;
    }
    Ok(set_aside)
}

/// Why a row cannot be read.
pub(crate) fn reason(error: &DbErr) -> String {
    format!("this row cannot be read: {error}")
}
