//! `jobs list`, `jobs retry`, `jobs discard`, `jobs cancel`, `jobs pause`, `jobs resume`.

use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sea_orm::DatabaseConnection;
use sea_orm::prelude::Uuid;

use super::connect::connect_existing;
use super::job_list::{Format, list};
use super::job_table::Table;
use super::output::{complain, print_line};
use crate::app::CommandResult;
use crate::jobs::list::ListedState;
use crate::jobs::upkeep::{self, Cancelled};
use crate::settings::Settings;
use futures_core::future::BoxFuture;

#[derive(Subcommand)]
pub enum Action {
    /// Lists the jobs that wait, run or have failed
    List {
        /// Only those that have failed
        #[arg(long, conflicts_with = "state")]
        failed: bool,
        /// Only those in this state; may be given several times
        #[arg(long, value_parser = states())]
        state: Vec<ListedState>,
        /// How many at most, 0 for all of them [default: 100; with --json all of them]
        #[arg(long)]
        limit: Option<u64>,
        /// One JSON array on stdout
        #[arg(long)]
        json: bool,
    },
    /// Retries failed jobs
    Retry {
        /// The id that `jobs list` shows
        #[arg(required_unless_present = "all")]
        id: Option<Uuid>,
        /// Every failed job
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Removes failed jobs, or one that waits
    Discard {
        /// The id that `jobs list` shows
        #[arg(required_unless_present = "all")]
        id: Option<Uuid>,
        /// Every failed job
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Stops a job that runs, in any process, or removes one that waits
    Cancel {
        /// The id that `jobs list` shows
        id: Uuid,
    },
    /// Pauses a queue in all processes, until it is resumed
    Pause {
        /// The queue
        queue: String,
    },
    /// Resumes a paused queue
    Resume {
        /// The queue
        queue: String,
    },
}

/// The values of `--state`.
fn states() -> impl TypedValueParser<Value = ListedState> {
    let values = ListedState::ALL.map(|state| {
        PossibleValue::new(state.name()).help(match state {
            ListedState::Due => "It may be claimed, unless its queue is paused or its twin runs",
            ListedState::Scheduled => "It waits for the time of its first attempt",
            ListedState::Retrying => "An attempt has failed, and it waits for the next one",
            ListedState::Running => "A process works on it",
            ListedState::Failed => "It is kept until it is retried or discarded",
        })
    });
    PossibleValuesParser::new(values)
        .map(|name| ListedState::named(&name).expect("only the names of states are possible"))
}

pub fn manage(
    settings: Settings,
    action: Action,
    table: Table,
    app: &'static str,
) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let database = connect_existing(&settings, app).await?;
        match action {
            Action::List {
                failed,
                mut state,
                limit,
                json,
            } => {
                if failed {
                    state.push(ListedState::Failed);
                }
                let format = if json { Format::Json } else { Format::Text };
                list(&database, &table, &state, limit, format, app).await?;
            }
            Action::Retry { id, .. } => return retry(&database, id).await,
            Action::Discard { id, .. } => {
                let discarded = upkeep::discard(&database, id).await?;
                print_count(id, discarded, "discarded", "waits or has failed")?;
            }
            Action::Cancel { id } => {
                let lease = settings.jobs.lease.as_secs();
                print_line(cancel(&database, id, lease).await?)?;
            }
            Action::Pause { queue } => {
                check_queue(&queue, &table)?;
                let changed = upkeep::pause(&database, &queue).await?;
                let already = if changed { "" } else { " already" };
                print_line(format_args!(
                    "{queue} is paused{already}; `{app} jobs resume {queue}` goes on with it"
                ))?;
            }
            Action::Resume { queue } => {
                if upkeep::resume(&database, &queue).await? {
                    print_line(format_args!("{queue} goes on"))?;
                } else {
                    check_queue(&queue, &table)?;
                    print_line(format_args!("{queue} was not paused"))?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn retry(database: &DatabaseConnection, id: Option<Uuid>) -> CommandResult {
    let (retried, left) = upkeep::retry(database, id).await?;
    if left.is_empty() || retried > 0 {
        print_count(id, retried, "tried again", "has failed")?;
    }
    for twin in &left {
        complain(format_args!(
            "{} ({}) was not tried again: a job with the same unique key waits already; discard the failed \
             one, or retry it when the other one is done",
            twin.id, twin.kind
        ));
    }
    Ok(if left.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn cancel(
    database: &DatabaseConnection,
    id: Uuid,
    lease: u64,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    match upkeep::cancel(database, id).await? {
        Cancelled::Removed => Ok("1 job cancelled".to_owned()),
        Cancelled::Stopping => Ok(format!(
            "1 job is being cancelled: its process stops it within {} seconds",
            lease.div_ceil(4).max(1)
        )),
        Cancelled::NotThere => Err(format!(
            "no job {id} waits or runs; `jobs list` shows those that are there, and `jobs discard` removes \
             one that has failed"
        )
        .into()),
    }
}

/// Refuses a queue that the app does not have.
fn check_queue(queue: &str, table: &Table) -> Result<(), String> {
    let names = table.queues();
    if names.contains(&queue) {
        return Ok(());
    }
    Err(format!(
        "there is no queue {queue}; this app has {}",
        names.join(", ")
    ))
}

/// Prints how many jobs were changed. If a job was named but not changed, that is an error.
fn print_count(
    id: Option<Uuid>,
    count: u64,
    done: &str,
    state: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match (id, count) {
        (Some(id), 0) => {
            Err(format!("no job {id} {state}; `jobs list` shows those that are there").into())
        }
        (_, 1) => Ok(print_line(format_args!("1 job {done}"))?),
        (_, count) => Ok(print_line(format_args!("{count} jobs {done}"))?),
    }
}
