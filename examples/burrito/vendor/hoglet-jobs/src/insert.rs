//! Stores jobs.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Value};
use time::OffsetDateTime;

use crate::actor::StoredActor;
use crate::priority::Priority;
use crate::sql::{execute, milliseconds, placeholders, query, storable_key};
use crate::unique::Unique;

/// How many jobs one statement stores at most. A database limits the values of a statement.
const MOST_AT_ONCE: usize = 1_000;

/// How often to try again if a job with the same unique key begins at the same moment.
const MOST_TRIES: usize = 5;

/// The condition, as SQL, that a job waits: for its time, or for its next attempt.
const TWIN_WAITS: &str = "failed_at IS NULL AND lease IS NULL";

/// The result of `enqueue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// The job is stored, with this id.
    Now(Uuid),
    /// A job with the same unique key waits already, and stays as it is.
    Already,
    /// A job with the same unique key waited and was replaced. It has kept its id, which is this one.
    Replaced(Uuid),
}

/// When a job is due.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// After this time, by the database's clock.
    In(Duration),
    /// At this moment.
    At(OffsetDateTime),
}

impl When {
    /// SQL for the moment, in which `{}` stands for the value, and the value.
    fn sql(self) -> (&'static str, Value) {
        match self {
            Self::In(delay) => ("{now} + {}", milliseconds(delay).into()),
            Self::At(moment) => {
                let milliseconds = moment.unix_timestamp_nanos() / 1_000_000;
                let milliseconds = i64::try_from(milliseconds).expect("a year has four digits");
                ("{}", milliseconds.into())
            }
        }
    }
}

/// The properties that all jobs of a kind share.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// The queue that it waits in.
    pub queue: &'static str,
    /// See [`Job::PRIORITY`](crate::Job::PRIORITY).
    pub priority: Priority,
    /// See [`Job::UNIQUE`](crate::Job::UNIQUE).
    pub unique: Unique,
}

/// A job that is to be stored.
pub struct NewJob {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: Kind,
    /// Its fields, as JSON.
    pub payload: String,
    /// When it is due.
    pub when: When,
    /// See [`Job::unique_key`](crate::Job::unique_key).
    pub unique_key: Option<String>,
    /// The person the job is done for.
    pub actor: StoredActor,
}

/// Stores a job, unless one with the same unique key waits: see [`Unique`].
///
/// # Errors
///
/// If the database fails.
pub async fn insert(database: &impl ConnectionTrait, mut new: NewJob) -> Result<Enqueued, DbErr> {
    new.unique_key = new.unique_key.as_deref().map(storable_key);
    if new.kind.unique == Unique::Replace
        && new.unique_key.is_some()
        && let Some(id) = replace(database, &new).await?
    {
        return Ok(Enqueued::Replaced(id));
    }
    let id = new.id;
    let keyed = new.unique_key.is_some();
    let (run_at, when) = new.when.sql();
    let run_at = run_at.replace("{}", "$6");
    let columns = "id, kind, queue, payload, priority, run_at, unique_key, behalf, enqueued_at";
    let values = format!("$1, $2, $3, $4, $5, {run_at}, $7, $8, {{now}}");
    let sql = if keyed {
        format!(
            "INSERT INTO jobs ({columns}) SELECT {values} WHERE NOT EXISTS \
             (SELECT 1 FROM jobs WHERE kind = $2 AND unique_key = $7 AND {TWIN_WAITS}) \
             ON CONFLICT DO NOTHING"
        )
    } else {
        format!("INSERT INTO jobs ({columns}) VALUES ({values})")
    };
    let values = [
        id.into(),
        new.kind.name.into(),
        new.kind.queue.into(),
        new.payload.clone().into(),
        new.kind.priority.number().into(),
        when,
        new.unique_key.clone().into(),
        stored(&new.actor),
    ];
    for _ in 0..MOST_TRIES {
        if execute(database, &sql, values.clone()).await? > 0 {
            return Ok(Enqueued::Now(id));
        }
        // Another process may have enqueued the waiting job at this moment.
        let twin = match new.kind.unique {
            Unique::Replace => replace(database, &new).await?.map(Enqueued::Replaced),
            Unique::Keep => keep(database, &new).await?.then_some(Enqueued::Already),
        };
        if let Some(twin) = twin {
            return Ok(twin);
        }
        // The other job has just begun, so it may not see what this transaction has written. Try again.
    }
    Ok(Enqueued::Already)
}

/// Whether a job with this unique key waits. If so, locks it until the transaction ends.
///
/// So the job does not begin before then, and sees what the transaction has written. SQLite needs no lock:
/// while a transaction writes, no job can begin.
async fn keep(database: &impl ConnectionTrait, new: &NewJob) -> Result<bool, DbErr> {
    let lock = match database.get_database_backend() {
        DatabaseBackend::Postgres => " FOR SHARE",
        _ => "",
    };
    let sql =
        format!("SELECT id FROM jobs WHERE kind = $1 AND unique_key = $2 AND {TWIN_WAITS}{lock}");
    let values = [new.kind.name.into(), new.unique_key.clone().into()];
    Ok(!query(database, &sql, values).await?.is_empty())
}

/// Replaces the waiting job that has this unique key. Returns its id, or none if no such job waits.
async fn replace(database: &impl ConnectionTrait, new: &NewJob) -> Result<Option<Uuid>, DbErr> {
    let (run_at, when) = new.when.sql();
    let run_at = run_at.replace("{}", "$6");
    // Two jobs may wait: one for its next attempt, and one for the end of the first. Only the first stays.
    let sql = format!(
        "UPDATE jobs SET queue = $3, payload = $4, priority = $5, run_at = {run_at}, behalf = $7, \
         enqueued_at = {{now}}, attempt = 0, error = NULL \
         WHERE id = (SELECT id FROM jobs WHERE kind = $1 AND unique_key = $2 AND {TWIN_WAITS} \
         ORDER BY begun DESC LIMIT 1) AND {TWIN_WAITS} RETURNING id, begun"
    );
    let key = || new.unique_key.clone().into();
    let values = [
        new.kind.name.into(),
        key(),
        new.kind.queue.into(),
        new.payload.clone().into(),
        new.kind.priority.number().into(),
        when,
        stored(&new.actor),
    ];
    let rows = query(database, &sql, values).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let id: Uuid = row.try_get("", "id")?;
    if row.try_get("", "begun")? {
        let other = format!(
            "DELETE FROM jobs WHERE kind = $1 AND unique_key = $2 AND NOT begun AND {TWIN_WAITS}"
        );
        execute(database, &other, [new.kind.name.into(), key()]).await?;
    }
    Ok(Some(id))
}

/// One of many jobs of a kind.
pub struct OneOfMany {
    /// Its id.
    pub id: Uuid,
    /// Its fields, as JSON.
    pub payload: String,
    /// How long until it is due.
    pub delay: Duration,
    /// See [`Job::unique_key`](crate::Job::unique_key).
    pub unique_key: Option<String>,
}

/// Stores many jobs of a kind, a thousand in one statement. Returns how many were stored.
///
/// The others were not stored because a job with their unique key waits already.
///
/// # Errors
///
/// If the database fails. Outside of a transaction, the jobs of earlier statements stay stored.
pub async fn insert_all(
    database: &impl ConnectionTrait,
    kind: Kind,
    actor: &StoredActor,
    jobs: Vec<OneOfMany>,
) -> Result<u64, DbErr> {
    let mut inserted = 0;
    let mut jobs = jobs.into_iter();
    loop {
        let mut values: Vec<Value> = vec![
            kind.name.into(),
            kind.queue.into(),
            kind.priority.number().into(),
            stored(actor),
        ];
        let rows: Vec<_> = jobs
            .by_ref()
            .take(MOST_AT_ONCE)
            .map(|job| {
                let row = format!("({})", placeholders(values.len() + 1, 4));
                let key = job.unique_key.as_deref().map(storable_key);
                values.extend([
                    job.id.into(),
                    job.payload.into(),
                    milliseconds(job.delay).into(),
                    key.into(),
                ]);
                row
            })
            .collect();
        if rows.is_empty() {
            return Ok(inserted);
        }
        // Both databases name the columns of `VALUES` like this.
        let sql = format!(
            "INSERT INTO jobs (id, kind, queue, payload, priority, run_at, unique_key, behalf, enqueued_at) \
             SELECT column1, $1, $2, column2, $3, {{now}} + column3, column4, $4, {{now}} \
             FROM (VALUES {}) AS new WHERE column4 IS NULL OR NOT EXISTS \
             (SELECT 1 FROM jobs WHERE kind = $1 AND unique_key = column4 AND {TWIN_WAITS}) \
             ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        inserted += execute(database, &sql, values).await?;
    }
}

/// Changes the actor of jobs.
///
/// # Errors
///
/// If the database fails.
pub async fn set_actor(
    database: &impl ConnectionTrait,
    ids: &[Uuid],
    actor: &StoredActor,
) -> Result<(), DbErr> {
    for ids in ids.chunks(MOST_AT_ONCE) {
        let sql = format!(
            "UPDATE jobs SET behalf = $1 WHERE id IN ({})",
            placeholders(2, ids.len())
        );
        let ids = ids.iter().map(|id| Value::from(*id));
        let values = [stored(actor)].into_iter().chain(ids);
        execute(database, &sql, values).await?;
    }
    Ok(())
}

fn stored(actor: &StoredActor) -> Value {
    actor.stored().map(str::to_owned).into()
}
