//! Claiming jobs, and saying what became of them.
//!
//! A claimed job belongs to its lease. Its `run_at` is then the end of the lease: what a dead process
//! has left behind becomes due by itself, and one index finds both what is new and what was left. To say
//! what became of a job, a process names its lease: after the lease has run out and another process has
//! claimed the job, that finds no row any more.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseBackend, DatabaseConnection, DbErr, FromQueryResult, QueryResult, Value};

use crate::database::is_unavailable;
use crate::model::Model;
use crate::priority::Priority;
use crate::sql::{execute, milliseconds, placeholders, query, storable_error};
use crate::unreadable;

/// How many jobs the database may refuse to change before those behind them have no turn.
const MOST_REFUSED: usize = 100;

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
    pub(crate) fn of(job: &Model) -> Self {
        Self {
            id: job.id,
            lease: job.lease.expect("a claimed job has a lease"),
        }
    }
}

/// What a process looks for.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The queue; none looks in all of them.
    pub queue: Option<&'a str>,
    /// The kinds that it knows.
    pub kinds: &'a [&'static str],
    /// The jobs that it is at. To a clock that has jumped forward, or a machine that was suspended,
    /// their leases seem to have ended.
    pub except: &'a [Uuid],
}

impl Wanted<'_> {
    /// The condition, and what it compares with. Nothing of a queue that is paused is wanted, and no job
    /// whose twin, another one with its unique key, has begun and is not at its end.
    fn condition(&self, values: &mut Vec<Value>) -> String {
        let mut conditions = Vec::new();
        let queue = match self.queue {
            Some(queue) => {
                values.push(queue.into());
                let queue = format!("${}", values.len());
                conditions.push(format!("queue = {queue}"));
                queue
            }
            None => "jobs.queue".to_owned(),
        };
        let kinds = placeholders(values.len() + 1, self.kinds.len());
        values.extend(self.kinds.iter().map(|kind| Value::from(*kind)));
        conditions.push(format!("kind IN ({kinds})"));
        if !self.except.is_empty() {
            let except = placeholders(values.len() + 1, self.except.len());
            values.extend(self.except.iter().map(|id| Value::from(*id)));
            conditions.push(format!("id NOT IN ({except})"));
        }
        conditions.push(format!(
            "NOT EXISTS (SELECT 1 FROM paused_queues WHERE paused_queues.queue = {queue})"
        ));
        conditions.push(
            "(unique_key IS NULL OR begun OR NOT EXISTS (SELECT 1 FROM jobs AS twin \
             WHERE twin.kind = jobs.kind AND twin.unique_key = jobs.unique_key \
             AND twin.begun AND twin.failed_at IS NULL))"
                .to_owned(),
        );
        conditions.join(" AND ")
    }
}

/// Claims at most `count` due jobs, each for one process only, for as long as `lease`: those of the
/// priority `first` before the others. A row that cannot be read is set aside as failed and not returned.
///
/// # Errors
///
/// Where the database fails.
pub async fn claim(
    database: &DatabaseConnection,
    wanted: Wanted<'_>,
    first: Priority,
    count: usize,
    lease: Duration,
) -> Result<Vec<Model>, DbErr> {
    let backend = database.get_database_backend();
    let mut values = vec![
        Value::from(Uuid::now_v7()),
        milliseconds(lease).into(),
        i64::try_from(count).unwrap_or(i64::MAX).into(),
    ];
    let condition = wanted.condition(&mut values);
    let sql = claim_sql(backend, first, &condition);
    loop {
        let rows = match query(database, &sql, values.clone()).await {
            Err(error) if !is_unavailable(&error) => {
                let rows = claim_each(database, first, count, &condition, &values).await?;
                if rows.is_empty() {
                    return Err(error);
                }
                rows
            }
            rows => rows?,
        };
        let mut claimed = Vec::with_capacity(rows.len());
        for row in &rows {
            match Model::from_query_result(row, "") {
                Ok(job) => claimed.push(job),
                // Those that were claimed with it are done whatever the database says to this.
                Err(error) => unreadable::try_set_aside(database, row, &error).await,
            }
        }
        // Where none of them could be read, those behind them have their turn.
        if rows.is_empty() || !claimed.is_empty() {
            claimed.sort_by_key(|job| (job.priority, job.enqueued_at, job.id));
            return Ok(claimed);
        }
    }
}

/// Claims due jobs one by one, after the database has refused to change one of them: it takes no other one
/// along.
async fn claim_each(
    database: &DatabaseConnection,
    first: Priority,
    count: usize,
    condition: &str,
    values: &[Value],
) -> Result<Vec<QueryResult>, DbErr> {
    let parts = Priority::ALL
        .map(|priority| format!("SELECT * FROM ({}) AS due", due_of(priority, condition)));
    let sql = format!(
        "SELECT id FROM ({}) AS every_due ORDER BY {} LIMIT $3",
        parts.join(" UNION ALL "),
        order(first)
    );
    let mut looked_for = values.to_vec();
    looked_for[2] = i64::try_from(count.saturating_add(MOST_REFUSED))
        .unwrap_or(i64::MAX)
        .into();
    let by_id = format!("{condition} AND id = ${}", values.len() + 1);
    let sql_of_one = claim_sql(database.get_database_backend(), first, &by_id);
    let mut claimed = Vec::new();
    for row in query(database, &sql, looked_for).await? {
        if claimed.len() >= count {
            break;
        }
        let Ok(id) = row.try_get::<Uuid>("", "id") else {
            continue;
        };
        let mut values = values.to_vec();
        values.push(id.into());
        match query(database, &sql_of_one, values).await {
            Ok(rows) => claimed.extend(rows),
            Err(error) if is_unavailable(&error) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, job_id = %id, "the database refuses to let a job begin");
            }
        }
    }
    Ok(claimed)
}

/// The due jobs of a priority.
fn due_of(priority: Priority, condition: &str) -> String {
    format!(
        "SELECT id, priority, run_at FROM jobs \
         WHERE failed_at IS NULL AND priority = {} AND run_at <= {{now}} AND {condition} \
         ORDER BY run_at LIMIT $3",
        priority.number()
    )
}

fn order(first: Priority) -> String {
    format!(
        "CASE priority WHEN {} THEN -1 ELSE priority END, run_at",
        first.number()
    )
}

/// Each priority is looked for by itself: so a statement reads as many rows as it claims, however many
/// wait for a later time. PostgreSQL plans a subquery with `LIMIT` anew for each row that it updates
/// unless it is materialized, and would claim more than that.
fn claim_sql(backend: DatabaseBackend, first: Priority, condition: &str) -> String {
    // PostgreSQL refuses the whole statement where one number grows past the bounds of its column.
    let set = "SET lease = $1, run_at = {now} + $2, begun = TRUE, \
               attempt = CASE WHEN attempt < 2147483647 THEN attempt + 1 ELSE attempt END";
    let order = order(first);
    if backend == DatabaseBackend::Postgres {
        let parts = Priority::ALL.map(|priority| {
            let due = due_of(priority, condition);
            format!(
                "due{} AS MATERIALIZED ({due} FOR UPDATE SKIP LOCKED)",
                priority.number()
            )
        });
        let all = Priority::ALL.map(|priority| format!("SELECT * FROM due{}", priority.number()));
        format!(
            "WITH {}, due AS MATERIALIZED (SELECT * FROM ({}) AS every_due ORDER BY {order} LIMIT $3) \
             UPDATE jobs {set} FROM due WHERE jobs.id = due.id RETURNING jobs.*",
            parts.join(", "),
            all.join(" UNION ALL "),
        )
    } else {
        let parts = Priority::ALL
            .map(|priority| format!("SELECT * FROM ({})", due_of(priority, condition)));
        format!(
            "UPDATE jobs {set} WHERE id IN (SELECT id FROM ({}) ORDER BY {order} LIMIT $3) \
             RETURNING *, rowid AS row_number",
            parts.join(" UNION ALL "),
        )
    }
}

/// How long until something is due, for each of these: zero where something is, nothing where nothing
/// waits.
///
/// # Errors
///
/// Where the database fails.
pub async fn due_in(
    database: &DatabaseConnection,
    wanted: &[Wanted<'_>],
) -> Result<Vec<Option<Duration>>, DbErr> {
    let mut values = Vec::new();
    let each = wanted.iter().enumerate().map(|(at, wanted)| {
        let earliest = earliest(&wanted.condition(&mut values));
        format!(
            "SELECT {at} AS at, {{now}} AS now, CAST(min(earliest) AS BIGINT) AS earliest \
             FROM ({earliest}) AS due"
        )
    });
    let sql = each.collect::<Vec<_>>().join(" UNION ALL ");
    let mut due = vec![None; wanted.len()];
    if due.is_empty() {
        return Ok(due);
    }
    for row in query(database, &sql, values).await? {
        let at: i32 = row.try_get("", "at")?;
        let now: i64 = row.try_get("", "now")?;
        let earliest: Option<i64> = row.try_get("", "earliest")?;
        if let Some(place) = due.get_mut(at.unsigned_abs() as usize) {
            // A moment that a person has written may be further away than a number can say.
            let left = earliest.map(|earliest| earliest.saturating_sub(now).max(0));
            *place = left.map(|left| Duration::from_millis(left.unsigned_abs()));
        }
    }
    Ok(due)
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

/// Removes jobs that are done, or cancelled. Returns how many of them were still held.
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
    let mut values = vec![storable_error(error).into()];
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

/// Puts a job off that has asked for it. The attempt does not count. Returns whether it was still held.
///
/// # Errors
///
/// Where the database fails.
pub async fn put_off(
    database: &DatabaseConnection,
    claim: Claim,
    wait: Duration,
) -> Result<bool, DbErr> {
    let mut values = vec![milliseconds(wait).into()];
    let held = held(&mut values, &[claim]);
    let sql = format!(
        "UPDATE jobs SET lease = NULL, run_at = {{now}} + $1, attempt = attempt - 1 WHERE {held}"
    );
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

/// Extends leases. Returns the jobs that are still held, and which of them somebody has asked to cancel.
///
/// # Errors
///
/// Where the database fails.
pub async fn extend(
    database: &DatabaseConnection,
    claims: &[Claim],
    lease: Duration,
) -> Result<HashMap<Uuid, Asked>, DbErr> {
    let mut values = vec![milliseconds(lease).into()];
    let held = held(&mut values, claims);
    let sql = format!(
        "UPDATE jobs SET run_at = {{now}} + $1 WHERE {held} \
         RETURNING id, cancelled_at IS NOT NULL AS cancelled"
    );
    let of_row = |row: &QueryResult| {
        let cancelled: bool = row.try_get("", "cancelled")?;
        let asked = if cancelled {
            Asked::ToStop
        } else {
            Asked::ToGoOn
        };
        Ok((row.try_get("", "id")?, asked))
    };
    let rows = query(database, &sql, values).await?;
    rows.iter().map(of_row).collect()
}

/// What a process is asked to do with a job that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing else.
    ToGoOn,
    /// Somebody has cancelled it.
    ToStop,
}
