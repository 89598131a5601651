//! `jobs list`: for people, or as JSON.

use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::job_table::Table;
use super::output::{NotPrinted, print_line};
use crate::jobs::list::{self, Listed, ListedState, Unreadable};
use crate::jobs::model::Model;
use crate::jobs::{Priority, upkeep};

/// The most jobs that are shown without --limit.
const SHOWN: u64 = 100;

/// The format of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    Text,
    /// JSON for programs.
    Json,
}

pub async fn list(
    database: &DatabaseConnection,
    table: &Table,
    states: &[ListedState],
    limit: Option<u64>,
    format: Format,
    app: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let usual = (format == Format::Text).then_some(SHOWN);
    let limit = limit.map_or(usual, |limit| (limit > 0).then_some(limit));
    let paused = upkeep::paused(database).await?;
    let is_paused = |job: &Model| paused.iter().any(|(queue, _)| *queue == job.queue);
    // Reads one job more, to know whether there are more than the list shows.
    let most = limit.map(|limit| limit.saturating_add(1));
    let mut jobs = list::list(database, states, most).await?;
    let shown = limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    let more = jobs.len() > shown;
    jobs.truncate(shown);
    if format == Format::Json {
        print_array(jobs.iter().map(|job| json(job, table, is_paused)))?;
        return Ok(());
    }
    for (queue, paused_at) in &paused {
        let since = moment(*paused_at);
        print_line(format_args!(
            "{queue} is paused since {since}; `{app} jobs resume {queue}` goes on with it"
        ))?;
    }
    for job in &jobs {
        match &job.row {
            Ok(row) => print(job, row, table, is_paused(row))?,
            Err(broken) => print_unreadable(job.state, broken)?,
        }
    }
    if jobs.is_empty() {
        print_line(none(states))?;
    }
    if more {
        print_line(format_args!(
            "… and more; these are the first {shown}, and `--limit` shows others"
        ))?;
    }
    Ok(())
}

/// Prints a JSON array, with each element on a line of its own.
fn print_array(elements: impl Iterator<Item = Value>) -> Result<(), NotPrinted> {
    let lines: Vec<_> = elements.map(|element| format!("\n  {element}")).collect();
    let end = if lines.is_empty() { "" } else { "\n" };
    print_line(format_args!("[{}{end}]", lines.join(",")))
}

fn none(states: &[ListedState]) -> String {
    match states {
        [] => "no job waits".to_owned(),
        [ListedState::Failed] => "no job has failed".to_owned(),
        states => {
            let names: Vec<_> = states.iter().map(|state| state.name()).collect();
            format!("no job is {}", names.join(" or "))
        }
    }
}

fn print(job: &Listed, row: &Model, table: &Table, paused: bool) -> Result<(), NotPrinted> {
    let state = in_words(job, row, table, paused);
    print_line(format_args!("{}  {:<24} {state}", row.id, row.kind))?;
    if let Some(error) = &row.error {
        print_line(format_args!("    {}", error.replace('\n', "\n    ")))?;
    }
    Ok(())
}

fn print_unreadable(state: ListedState, broken: &Unreadable) -> Result<(), NotPrinted> {
    let unknown = || "?".to_owned();
    let (id, kind) = (broken.id.clone(), broken.kind.clone());
    let (id, kind) = (id.unwrap_or_else(unknown), kind.unwrap_or_else(unknown));
    print_line(format_args!("{id:<36}  {kind:<24} {}", state.name()))?;
    print_line(format_args!(
        "    {}",
        broken.reason.replace('\n', "\n    ")
    ))
}

fn in_words(job: &Listed, row: &Model, table: &Table, paused: bool) -> String {
    let seconds = job.due_in / 1_000;
    let state = match job.state {
        ListedState::Failed => return format!("failed after {}", attempts(row)),
        ListedState::Running if row.cancelled_at.is_some() => {
            return format!("runs, attempt {}, is being cancelled", row.attempt);
        }
        ListedState::Running => return format!("runs, attempt {}", row.attempt),
        _ if table.kind(&row.kind).is_none() => {
            return "waits: this version does not know its kind".to_owned();
        }
        ListedState::Due => "due".to_owned(),
        ListedState::Retrying => format!("tried again in {seconds} s, after {}", attempts(row)),
        ListedState::Scheduled => format!("due in {seconds} s"),
    };
    if paused {
        format!("{state}, but {} is paused", row.queue)
    } else {
        state
    }
}

fn attempts(job: &Model) -> String {
    match job.attempt {
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    }
}

/// `docs/production.md` explains the fields.
fn json(job: &Listed, table: &Table, is_paused: impl Fn(&Model) -> bool) -> Value {
    let row = match &job.row {
        Ok(row) => row,
        Err(broken) => {
            return json!({
                "id": broken.id,
                "kind": broken.kind,
                "state": job.state.name(),
                "error": broken.reason,
            });
        }
    };
    let kind = table.kind(&row.kind);
    json!({
        "id": row.id,
        "kind": row.kind,
        "known": kind.is_some(),
        "queue": row.queue,
        "paused": is_paused(row),
        "priority": priority(row.priority),
        "state": job.state.name(),
        "attempt": row.attempt,
        "attempts": kind.map(|kind| kind.attempts),
        "unique_key": row.unique_key,
        "enqueued_at": moment(row.enqueued_at),
        "run_at": matches!(job.state, ListedState::Due | ListedState::Scheduled | ListedState::Retrying)
            .then(|| moment(row.run_at)),
        "failed_at": row.failed_at.map(moment),
        "cancelled_at": row.cancelled_at.map(moment),
        "error": row.error,
    })
}

fn priority(number: i16) -> Option<&'static str> {
    let found = Priority::ALL.into_iter().find(|one| one.number() == number);
    found.map(|priority| match priority {
        Priority::High => "high",
        Priority::Normal => "normal",
        Priority::Low => "low",
    })
}

/// Milliseconds since 1970 as RFC 3339, in UTC; as a number if the year has more than four digits.
fn moment(milliseconds: i64) -> String {
    let nanoseconds = i128::from(milliseconds) * 1_000_000;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok();
    let text = moment.and_then(|moment| moment.format(&Rfc3339).ok());
    text.unwrap_or_else(|| milliseconds.to_string())
}
