//! Lists jobs with their states.

use sea_orm::{DatabaseConnection, DbErr, FromQueryResult, QueryResult};

use crate::model::Model;
use crate::sql::query;
use crate::unreadable;

/// The state of a listed job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedState {
    /// It may be claimed, unless its queue is paused or its twin runs.
    Due,
    /// It waits for its first attempt, which is not due yet.
    Scheduled,
    /// An attempt has failed, and it waits for the next one.
    Retrying,
    /// A process runs it.
    Running,
    /// It is kept until it is retried or discarded.
    Failed,
}

impl ListedState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Due,
        Self::Scheduled,
        Self::Retrying,
        Self::Running,
        Self::Failed,
    ];

    /// The name for command lines and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Scheduled => "scheduled",
            Self::Retrying => "retrying",
            Self::Running => "running",
            Self::Failed => "failed",
        }
    }

    /// The state with this [`name`](ListedState::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A job of the list.
#[derive(Debug)]
pub struct Listed {
    /// Its state.
    pub state: ListedState,
    /// Milliseconds until it is due, or until its lease ends.
    pub due_in: i64,
    /// The job's row.
    pub row: Result<Model, Unreadable>,
}

/// A row that cannot be read, with those of its columns that can.
#[derive(Debug)]
pub struct Unreadable {
    /// Its id.
    pub id: Option<String>,
    /// The kind of job.
    pub kind: Option<String>,
    /// Why it cannot be read.
    pub reason: String,
}

/// The state, as SQL.
const STATE: &str = "CASE WHEN failed_at IS NOT NULL THEN 'failed' WHEN run_at <= {now} THEN 'due' \
    WHEN lease IS NOT NULL THEN 'running' WHEN attempt > 0 OR error IS NOT NULL THEN 'retrying' \
    ELSE 'scheduled' END";

/// Lists the jobs in these states, or in all states if there are none.
///
/// Failed jobs come first, then the others by priority and by the time when they are due.
///
/// # Errors
///
/// If the database fails.
pub async fn list(
    database: &DatabaseConnection,
    states: &[ListedState],
    limit: Option<u64>,
) -> Result<Vec<Listed>, DbErr> {
    let states = if states.is_empty() {
        &ListedState::ALL[..]
    } else {
        states
    };
    let names: Vec<_> = states
        .iter()
        .map(|state| format!("'{}'", state.name()))
        .collect();
    let names = names.join(", ");
    // A limit too large for the database means no limit.
    let limit = limit.and_then(|limit| i64::try_from(limit).ok());
    let limit = limit.map_or_else(String::new, |limit| format!(" LIMIT {limit}"));
    let sql = format!(
        "SELECT * FROM (SELECT jobs.*, {STATE} AS state, {{now}} AS now FROM jobs) AS listed \
         WHERE state IN ({names}) ORDER BY failed_at IS NULL, priority, run_at, id{limit}"
    );
    let rows = query(database, &sql, []).await?;
    rows.iter().map(listed).collect()
}

fn listed(row: &QueryResult) -> Result<Listed, DbErr> {
    let name: String = row.try_get("", "state")?;
    let now: i64 = row.try_get("", "now")?;
    let run_at = row.try_get("", "run_at");
    Ok(Listed {
        state: ListedState::named(&name).unwrap_or(ListedState::Due),
        due_in: run_at.map_or(0, |run_at: i64| run_at.saturating_sub(now)),
        row: Model::from_query_result(row, "").map_err(|error| Unreadable {
            id: id(row),
            kind: row.try_get("", "kind").ok(),
            reason: unreadable::reason(&error),
        }),
    })
}

fn id(row: &QueryResult) -> Option<String> {
    let id = row.try_get::<sea_orm::prelude::Uuid>("", "id");
    let text = || row.try_get("", "id").ok();
    id.map(|id| id.to_string()).ok().or_else(text)
}
