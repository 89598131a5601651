//! The statements of the queue.
//!
//! A claimed job belongs to its lease. Its `run_at` is then the end of the lease: what a dead process
//! has left behind becomes due by itself, and one index finds both what is new and what was left.
//! Whoever says what became of a job names the lease: after it has run out and somebody else has
//! claimed the job, that finds no row any more.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, FromQueryResult, QueryResult,
    Statement, Value,
};

use super::model::Model;
use super::priority::Priority;

/// What is kept of an error.
const MAX_ERROR_CHARACTERS: usize = 2_000;

/// What became of `enqueue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is written down, with this id.
    Now(Uuid),
    /// One with the same unique key was there already.
    Already,
}

/// A job that is to be written down.
pub struct New {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub kind: &'static str,
    /// Its fields, as JSON.
    pub payload: String,
    /// What goes first.
    pub priority: Priority,
    /// From now on.
    pub delay: Duration,
    /// See [`Job::unique_key`](super::job::Job::unique_key).
    pub unique_key: Option<String>,
    /// As JSON.
    pub behalf: Option<String>,
}

/// A claimed job, and what proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The job.
    pub id: Uuid,
    /// The lease.
    pub lease: Uuid,
}

impl Claim {
    /// Of a job that [`claim`] has returned.
    pub(super) fn of(job: &Model) -> Self {
        Self {
            id: job.id,
            lease: job.lease.expect("a claimed job has a lease"),
        }
    }
}

/// What waits, for `/readyz`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Numbers {
    /// How long the oldest job has been due that nobody works on, in milliseconds.
    pub oldest_due: Option<i64>,
    /// How many are kept as failed.
    pub failed: i64,
}

/// The database's clock, in milliseconds since 1970. The same throughout a statement, so that it can
/// be compared with an index.
fn now(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => {
            "floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint"
        }
        _ => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
    }
}

/// A statement whose text says `{now}`. Both databases take `$1` for the first value.
fn statement(
    backend: DatabaseBackend,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(backend, sql.replace("{now}", now(backend)), values)
}

/// Runs a statement. Returns how many rows it has changed.
pub(super) async fn execute(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    let statement = statement(database.get_database_backend(), sql, values);
    Ok(database.execute_raw(statement).await?.rows_affected())
}

/// Runs a statement that returns rows.
async fn query(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let statement = statement(database.get_database_backend(), sql, values);
    database.query_all_raw(statement).await
}

/// When the first job of each priority may be claimed that a condition names. Each is looked up in the
/// index by itself.
fn earliest(condition: &str) -> String {
    let of_priority = Priority::ALL.map(|priority| {
        format!(
            "SELECT (SELECT min(run_at) FROM jobs WHERE failed_at IS NULL AND priority = {} AND {condition}) \
             AS earliest",
            priority.number()
        )
    });
    of_priority.join(" UNION ALL ")
}

/// `$3, $4, $5` for three values from the third on.
fn placeholders(from: usize, count: usize) -> String {
    let numbers: Vec<_> = (from..from + count).map(|at| format!("${at}")).collect();
    numbers.join(", ")
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

/// Writes a job down, unless one with its unique key is there.
///
/// # Errors
///
/// Where the database fails.
pub async fn insert(database: &impl ConnectionTrait, new: New) -> Result<Enqueued, DbErr> {
    let id = new.id;
    let inserted = execute(
        database,
        "INSERT INTO jobs (id, kind, payload, priority, run_at, unique_key, behalf, enqueued_at) \
         VALUES ($1, $2, $3, $4, {now} + $5, $6, $7, {now}) ON CONFLICT DO NOTHING",
        [
            id.into(),
            new.kind.into(),
            new.payload.into(),
            new.priority.number().into(),
            milliseconds(new.delay).into(),
            new.unique_key.into(),
            new.behalf.into(),
        ],
    )
    .await?;
    Ok(match inserted {
        0 => Enqueued::Already,
        _ => Enqueued::Now(id),
    })
}

/// Changes on whose behalf jobs are.
///
/// # Errors
///
/// Where the database fails.
pub async fn set_behalf(
    database: &impl ConnectionTrait,
    ids: &[Uuid],
    behalf: String,
) -> Result<(), DbErr> {
    let sql = format!(
        "UPDATE jobs SET behalf = $1 WHERE id IN ({})",
        placeholders(2, ids.len())
    );
    let ids = ids.iter().map(|id| Value::from(*id));
    let values = [behalf.into()].into_iter().chain(ids);
    execute(database, &sql, values).await.map(drop)
}

/// What a process looks for.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The kinds that it knows.
    pub kinds: &'a [&'static str],
    /// The jobs that it is at. To a clock that has jumped forward, or a machine that was suspended,
    /// their leases seem to have ended.
    pub except: &'a [Uuid],
}

impl Wanted<'_> {
    /// The condition, and what it compares with.
    fn condition(&self, values: &mut Vec<Value>) -> String {
        let kinds = placeholders(values.len() + 1, self.kinds.len());
        values.extend(self.kinds.iter().map(|kind| Value::from(*kind)));
        let kinds = format!("kind IN ({kinds})");
        if self.except.is_empty() {
            return kinds;
        }
        let except = placeholders(values.len() + 1, self.except.len());
        values.extend(self.except.iter().map(|id| Value::from(*id)));
        format!("{kinds} AND id NOT IN ({except})")
    }
}

/// Claims at most `count` due jobs, each for one process only, for as long as `lease`.
///
/// # Errors
///
/// Where the database fails.
pub async fn claim(
    database: &DatabaseConnection,
    wanted: Wanted<'_>,
    count: usize,
    lease: Duration,
) -> Result<Vec<Model>, DbErr> {
    let backend = database.get_database_backend();
    let mut values = vec![
        Value::from(Uuid::now_v7()),
        milliseconds(lease).into(),
        i64::try_from(count).unwrap_or(i64::MAX).into(),
    ];
    let sql = claim_sql(backend, &wanted.condition(&mut values));
    let rows = query(database, &sql, values).await?;
    let mut claimed = rows
        .iter()
        .map(|row| Model::from_query_result(row, ""))
        .collect::<Result<Vec<_>, _>>()?;
    claimed.sort_by_key(|job| (job.priority, job.enqueued_at, job.id));
    Ok(claimed)
}

/// Each priority is looked for by itself: so a statement reads as many rows as it claims, however many
/// wait for a later time. PostgreSQL plans a subquery with `LIMIT` anew for each row that it updates
/// unless it is materialized, and would claim more than that.
fn claim_sql(backend: DatabaseBackend, condition: &str) -> String {
    let set = "SET lease = $1, run_at = {now} + $2, attempt = attempt + 1";
    let of = |priority: Priority, locked: &str| {
        format!(
            "SELECT id, priority, run_at FROM jobs \
             WHERE failed_at IS NULL AND priority = {} AND run_at <= {{now}} AND {condition} \
             ORDER BY run_at LIMIT $3{locked}",
            priority.number()
        )
    };
    if backend == DatabaseBackend::Postgres {
        let parts = Priority::ALL.map(|priority| {
            let due = of(priority, " FOR UPDATE SKIP LOCKED");
            format!("due{} AS MATERIALIZED ({due})", priority.number())
        });
        let all = Priority::ALL.map(|priority| format!("SELECT * FROM due{}", priority.number()));
        format!(
            "WITH {}, due AS MATERIALIZED ({} ORDER BY priority, run_at LIMIT $3) \
             UPDATE jobs {set} FROM due WHERE jobs.id = due.id RETURNING jobs.*",
            parts.join(", "),
            all.join(" UNION ALL "),
        )
    } else {
        let parts = Priority::ALL.map(|priority| format!("SELECT * FROM ({})", of(priority, "")));
        format!(
            "UPDATE jobs {set} WHERE id IN (SELECT id FROM ({}) ORDER BY priority, run_at LIMIT $3) \
             RETURNING *",
            parts.join(" UNION ALL "),
        )
    }
}

/// How long until something is due: zero where something is, nothing where nothing waits.
///
/// # Errors
///
/// Where the database fails.
pub async fn due_in(
    database: &DatabaseConnection,
    wanted: Wanted<'_>,
) -> Result<Option<Duration>, DbErr> {
    let mut values = Vec::new();
    let earliest = earliest(&wanted.condition(&mut values));
    let sql = format!("SELECT min(earliest) - {{now}} AS milliseconds FROM ({earliest}) AS due");
    let rows = query(database, &sql, values).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let milliseconds: Option<i64> = row.try_get("", "milliseconds")?;
    Ok(milliseconds.map(|left| Duration::from_millis(left.max(0).unsigned_abs())))
}

/// `(id = $2 AND lease = $3) OR …`, with its values behind those that are there.
fn held(values: &mut Vec<Value>, claims: &[Claim]) -> String {
    let conditions: Vec<_> = claims
        .iter()
        .map(|claim| {
            values.push(claim.id.into());
            values.push(claim.lease.into());
            format!("(id = ${} AND lease = ${})", values.len() - 1, values.len())
        })
        .collect();
    conditions.join(" OR ")
}

/// Notes that jobs are done. Returns how many of them were still held.
///
/// # Errors
///
/// Where the database fails.
pub async fn complete(database: &DatabaseConnection, claims: &[Claim]) -> Result<u64, DbErr> {
    let mut values = Vec::new();
    let held = held(&mut values, claims);
    execute(database, &format!("DELETE FROM jobs WHERE {held}"), values).await
}

/// Notes that an attempt has failed: it is tried again after a while, or kept as failed. Returns whether
/// the job was still held.
///
/// # Errors
///
/// Where the database fails.
pub async fn fail(
    database: &DatabaseConnection,
    claim: Claim,
    error: &str,
    retry_in: Option<Duration>,
) -> Result<bool, DbErr> {
    let error: String = error.chars().take(MAX_ERROR_CHARACTERS).collect();
    let mut values = vec![error.into()];
    let held = held(&mut values, &[claim]);
    let sql = match retry_in {
        Some(wait) => {
            values.push(milliseconds(wait).into());
            format!("UPDATE jobs SET lease = NULL, error = $1, run_at = {{now}} + $4 WHERE {held}")
        }
        None => {
            format!("UPDATE jobs SET lease = NULL, error = $1, failed_at = {{now}} WHERE {held}")
        }
    };
    Ok(execute(database, &sql, values).await? > 0)
}

/// Gives jobs back that this process has no time for any more. The attempt does not count.
///
/// # Errors
///
/// Where the database fails.
pub async fn give_back(database: &DatabaseConnection, claims: &[Claim]) -> Result<(), DbErr> {
    let mut values = Vec::new();
    let held = held(&mut values, claims);
    let sql = format!(
        "UPDATE jobs SET lease = NULL, run_at = {{now}}, attempt = attempt - 1 WHERE {held}"
    );
    execute(database, &sql, values).await.map(drop)
}

/// Extends leases. Returns the jobs that are still held.
///
/// # Errors
///
/// Where the database fails.
pub async fn extend(
    database: &DatabaseConnection,
    claims: &[Claim],
    lease: Duration,
) -> Result<Vec<Uuid>, DbErr> {
    let mut values = vec![milliseconds(lease).into()];
    let held = held(&mut values, claims);
    let sql = format!("UPDATE jobs SET run_at = {{now}} + $1 WHERE {held} RETURNING id");
    let rows = query(database, &sql, values).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// The kinds that wait and are none of these, with how many there are of each.
///
/// # Errors
///
/// Where the database fails.
pub async fn unknown(
    database: &impl ConnectionTrait,
    kinds: &[&'static str],
) -> Result<Vec<(String, i64)>, DbErr> {
    let sql = format!(
        "SELECT kind, count(*) AS jobs FROM jobs WHERE failed_at IS NULL AND kind NOT IN ({}) GROUP BY kind",
        placeholders(1, kinds.len())
    );
    let values = kinds.iter().map(|kind| Value::from(*kind));
    let rows = query(database, &sql, values).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "kind")?, row.try_get("", "jobs")?)))
        .collect()
}

/// What waits.
///
/// # Errors
///
/// Where the database fails.
pub async fn numbers(database: &impl ConnectionTrait) -> Result<Numbers, DbErr> {
    let sql = format!(
        "SELECT {{now}} - min(earliest) AS oldest_due, \
         (SELECT count(*) FROM jobs WHERE failed_at IS NOT NULL) AS failed FROM ({}) AS due",
        earliest("run_at <= {now}")
    );
    let rows = query(database, &sql, []).await?;
    rows.first().map_or_else(
        || Ok(Numbers::default()),
        |row| Numbers::from_query_result(row, ""),
    )
}

/// The jobs that are there, what is due first at the top, each with how many milliseconds it has until it is due.
///
/// # Errors
///
/// Where the database fails.
pub async fn list(
    database: &DatabaseConnection,
    failed: bool,
    limit: u64,
) -> Result<Vec<(Model, i64)>, DbErr> {
    let condition = if failed {
        "failed_at IS NOT NULL"
    } else {
        "TRUE"
    };
    let sql = format!(
        "SELECT jobs.*, run_at - {{now}} AS due_in FROM jobs WHERE {condition} \
         ORDER BY failed_at IS NULL, priority, run_at, id LIMIT {limit}"
    );
    let backend = database.get_database_backend();
    let rows = database.query_all_raw(statement(backend, &sql, [])).await?;
    rows.iter()
        .map(|row| {
            Ok((
                Model::from_query_result(row, "")?,
                row.try_get("", "due_in")?,
            ))
        })
        .collect()
}

/// Tries failed jobs again: one, or all of them. Returns how many.
///
/// # Errors
///
/// Where the database fails, or where a job with the same unique key waits already.
pub async fn retry(database: &DatabaseConnection, id: Option<Uuid>) -> Result<u64, DbErr> {
    let sql =
        "UPDATE jobs SET failed_at = NULL, attempt = 0, run_at = {now} WHERE failed_at IS NOT NULL";
    one_or_all(database, sql, id).await
}

/// Removes failed jobs: one, or all of them. One that waits is removed by its id too. Returns how many.
///
/// # Errors
///
/// Where the database fails.
pub async fn discard(database: &DatabaseConnection, id: Option<Uuid>) -> Result<u64, DbErr> {
    let sql = match id {
        Some(_) => "DELETE FROM jobs WHERE lease IS NULL",
        None => "DELETE FROM jobs WHERE failed_at IS NOT NULL",
    };
    one_or_all(database, sql, id).await
}

async fn one_or_all(
    database: &DatabaseConnection,
    sql: &str,
    id: Option<Uuid>,
) -> Result<u64, DbErr> {
    match id {
        Some(id) => execute(database, &format!("{sql} AND id = $1"), vec![id.into()]).await,
        None => execute(database, sql, Vec::new()).await,
    }
}
