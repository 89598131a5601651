//! Manages jobs: numbers for a health check, and retry, discard, cancel, pause and resume.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, SqlErr, Value};

use crate::sql::{execute, milliseconds, query};

/// How many rows one statement deletes at most, so that others can write in between.
const SLICE: u64 = 500;

/// Numbers for a health check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// How long the oldest waiting job has been due, in milliseconds. Paused queues do not count.
    pub oldest_due: Option<i64>,
    /// How many failed jobs are kept.
    pub failed: i64,
}

/// Reads the numbers for a health check.
///
/// # Errors
///
/// If the database fails.
pub async fn numbers(database: &impl ConnectionTrait) -> Result<Numbers, DbErr> {
    // Uses the index to step from queue to queue, and to the first job of each priority.
    let sql = "WITH RECURSIVE queues(queue) AS (\
         SELECT min(queue) FROM jobs WHERE failed_at IS NULL UNION ALL \
         SELECT (SELECT min(jobs.queue) FROM jobs WHERE failed_at IS NULL AND jobs.queue > queues.queue) \
         FROM queues WHERE queues.queue IS NOT NULL), \
         priorities(priority) AS (VALUES (0), (1), (2)), \
         due AS (SELECT (SELECT min(run_at) FROM jobs WHERE failed_at IS NULL AND jobs.queue = queues.queue \
         AND jobs.priority = priorities.priority AND run_at <= {now}) AS earliest \
         FROM queues CROSS JOIN priorities WHERE queues.queue IS NOT NULL \
         AND queues.queue NOT IN (SELECT queue FROM paused_queues)) \
         SELECT {now} AS now, CAST(min(earliest) AS BIGINT) AS earliest, \
         (SELECT count(*) FROM jobs WHERE failed_at IS NOT NULL) AS failed FROM due";
    let rows = query(database, sql, []).await?;
    let Some(row) = rows.first() else {
        return Ok(Numbers::default());
    };
    let now: i64 = row.try_get("", "now")?;
    let earliest: Option<i64> = row.try_get("", "earliest")?;
    Ok(Numbers {
        // A person may have edited the row, so the difference may be too large for the type.
        oldest_due: earliest.map(|earliest| now.saturating_sub(earliest)),
        failed: row.try_get("", "failed")?,
    })
}

/// A failed job that was not retried, because a job with the same unique key waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwinWaits {
    /// The id of the failed job.
    pub id: Uuid,
    /// The kind of the failed job.
    pub kind: String,
}

/// Retries failed jobs: the one with this id, or all. Returns how many.
///
/// Also returns those that were not retried because a job with the same unique key waits.
///
/// # Errors
///
/// If the database fails. The jobs before the failure are retried.
pub async fn retry(
    database: &DatabaseConnection,
    id: Option<Uuid>,
) -> Result<(u64, Vec<TwinWaits>), DbErr> {
    let again = "UPDATE jobs SET failed_at = NULL, attempt = 0, begun = FALSE, cancelled_at = NULL, \
                 run_at = {now} WHERE failed_at IS NOT NULL";
    let mut retried = 0;
    let mut select = "SELECT id, kind FROM jobs WHERE failed_at IS NOT NULL".to_owned();
    let mut values: Vec<Value> = Vec::new();
    match id {
        Some(id) => {
            select.push_str(" AND id = $1");
            values.push(id.into());
        }
        None => {
            retried += execute(database, &format!("{again} AND unique_key IS NULL"), []).await?;
            select.push_str(" AND unique_key IS NOT NULL ORDER BY failed_at, id");
        }
    }
    let mut left = Vec::new();
    for row in query(database, &select, values).await? {
        // A row that cannot be read stays as it is; `list` shows it.
        let (Ok(id), Ok(kind)) = (row.try_get::<Uuid>("", "id"), row.try_get("", "kind")) else {
            continue;
        };
        let sql = format!(
            "{again} AND id = $1 AND (unique_key IS NULL OR NOT EXISTS (SELECT 1 FROM jobs AS twin \
             WHERE twin.kind = jobs.kind AND twin.unique_key = jobs.unique_key \
             AND twin.failed_at IS NULL AND twin.lease IS NULL))"
        );
        match execute(database, &sql, [id.into()]).await {
            Ok(0) => left.push(TwinWaits { id, kind }),
            Ok(rows) => retried += rows,
            // A job with the same unique key was enqueued at this moment.
            Err(error) if is_taken(&error) => left.push(TwinWaits { id, kind }),
            Err(error) => return Err(error),
        }
    }
    Ok((retried, left))
}

fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Removes failed jobs: the one with this id, or all. Returns how many.
///
/// With an id it can remove a waiting job too.
///
/// # Errors
///
/// If the database fails.
pub async fn discard(database: &DatabaseConnection, id: Option<Uuid>) -> Result<u64, DbErr> {
    match id {
        Some(id) => {
            let sql = "DELETE FROM jobs WHERE lease IS NULL AND id = $1";
            execute(database, sql, [id.into()]).await
        }
        None => execute(database, "DELETE FROM jobs WHERE failed_at IS NOT NULL", []).await,
    }
}

/// The result of [`cancel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It waited, and was removed.
    Removed,
    /// It runs.
    ///
    /// Its process notices at the next heartbeat, after at most a quarter of the lease. Then the
    /// job is stopped at its next `await` and removed.
    Stopping,
    /// No job with this id waits or runs.
    NotThere,
}

/// Cancels a job that waits or runs, in any process.
///
/// # Errors
///
/// If the database fails.
pub async fn cancel(database: &impl ConnectionTrait, id: Uuid) -> Result<Cancelled, DbErr> {
    let waiting = "DELETE FROM jobs WHERE id = $1 AND failed_at IS NULL AND lease IS NULL";
    if execute(database, waiting, [id.into()]).await? > 0 {
        return Ok(Cancelled::Removed);
    }
    let running = "UPDATE jobs SET cancelled_at = {now} \
                   WHERE id = $1 AND failed_at IS NULL AND lease IS NOT NULL";
    if execute(database, running, [id.into()]).await? > 0 {
        return Ok(Cancelled::Stopping);
    }
    // Its attempt may have ended in between.
    Ok(match execute(database, waiting, [id.into()]).await? {
        0 => Cancelled::NotThere,
        _ => Cancelled::Removed,
    })
}

/// Pauses a queue in all processes. Running jobs go on, others wait.
///
/// Returns `false` if it was paused already.
///
/// # Errors
///
/// If the database fails.
pub async fn pause(database: &impl ConnectionTrait, queue: &str) -> Result<bool, DbErr> {
    let sql =
        "INSERT INTO paused_queues (queue, paused_at) VALUES ($1, {now}) ON CONFLICT DO NOTHING";
    Ok(execute(database, sql, [queue.into()]).await? > 0)
}

/// Resumes a queue. Returns `false` if it was not paused.
///
/// # Errors
///
/// If the database fails.
pub async fn resume(database: &impl ConnectionTrait, queue: &str) -> Result<bool, DbErr> {
    let sql = "DELETE FROM paused_queues WHERE queue = $1";
    Ok(execute(database, sql, [queue.into()]).await? > 0)
}

/// The paused queues in alphabetical order, each with the time of the pause.
///
/// The time is in milliseconds since 1970.
///
/// # Errors
///
/// If the database fails.
pub async fn paused(database: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, DbErr> {
    let sql = "SELECT queue, paused_at FROM paused_queues ORDER BY queue";
    let rows = query(database, sql, []).await?;
    // A queue whose moment cannot be read is paused all the same.
    let readable = rows.iter().filter_map(|row| {
        let queue = row.try_get("", "queue").ok()?;
        Some((queue, row.try_get("", "paused_at").unwrap_or_default()))
    });
    Ok(readable.collect())
}

/// Removes jobs that failed longer ago than `age`, except those of one kind. Returns how many.
///
/// # Errors
///
/// If the database fails.
pub async fn delete_failed(
    database: &DatabaseConnection,
    age: Duration,
    except: &str,
) -> Result<u64, DbErr> {
    let sql = format!(
        "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE failed_at IS NOT NULL \
         AND failed_at < {{now}} - $1 AND kind <> $2 LIMIT {SLICE})"
    );
    let mut deleted = 0;
    loop {
        let values = [milliseconds(age).into(), except.into()];
        let rows = execute(database, &sql, values).await?;
        deleted += rows;
        if rows < SLICE {
            return Ok(deleted);
        }
    }
}
