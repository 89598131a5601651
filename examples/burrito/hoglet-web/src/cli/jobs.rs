//! `jobs list`, `jobs retry`, `jobs discard`.

use std::process::ExitCode;

use clap::Subcommand;
use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseConnection, DbErr, SqlErr};

use super::connect::connect_existing;
use crate::app::Outcome;
use crate::compiled::Compiled;
use crate::jobs::model::Model;
use crate::jobs::queue;
use crate::settings::Settings;

/// What `list` shows at most.
const SHOWN: u64 = 100;

#[derive(Subcommand)]
pub enum Action {
    /// Lists the jobs that wait, run or have failed
    List {
        /// Only those that have failed
        #[arg(long)]
        failed: bool,
    },
    /// Tries failed jobs again
    Retry {
        /// The id that `jobs list` shows
        #[arg(required_unless_present = "all")]
        id: Option<Uuid>,
        /// Every failed job
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Removes failed jobs for good, or one that waits
    Discard {
        /// The id that `jobs list` shows
        #[arg(required_unless_present = "all")]
        id: Option<Uuid>,
        /// Every failed job
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

pub fn look_after(
    settings: Settings,
    action: Action,
    kinds: Vec<&'static str>,
    app: &'static str,
) -> Compiled<'static, Outcome> {
    Box::pin(async move {
        let database = connect_existing(&settings, app).await?;
        match action {
            Action::List { failed } => list(&database, failed, &kinds).await?,
            Action::Retry { id, .. } => {
                let retried = queue::retry(&database, id)
                    .await
                    .map_err(|error| cannot_retry(&error))?;
                say(id, retried, "tried again", "has failed")?;
            }
            Action::Discard { id, .. } => {
                let discarded = queue::discard(&database, id).await?;
                say(id, discarded, "discarded", "waits or has failed")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// One that was named has to be there.
fn say(id: Option<Uuid>, count: u64, done: &str, state: &str) -> Result<(), String> {
    match (id, count) {
        (Some(id), 0) => Err(format!(
            "no job {id} {state}; `jobs list` shows those that are there"
        )),
        (_, 1) => {
            println!("1 job {done}");
            Ok(())
        }
        (_, count) => {
            println!("{count} jobs {done}");
            Ok(())
        }
    }
}

fn cannot_retry(error: &DbErr) -> String {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            "a job with the same unique key waits already: \
             discard the failed one, or retry it when the other is done"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

async fn list(
    database: &DatabaseConnection,
    failed: bool,
    kinds: &[&'static str],
) -> Result<(), DbErr> {
    let jobs = queue::list(database, failed, SHOWN + 1).await?;
    let more = jobs.len() > SHOWN as usize;
    for (job, due_in) in jobs.iter().take(SHOWN as usize) {
        let state = state(job, *due_in, kinds);
        println!("{}  {:<24} {state}", job.id, job.kind);
        if let Some(error) = &job.error {
            println!("    {}", error.replace('\n', "\n    "));
        }
    }
    if jobs.is_empty() {
        println!(
            "{}",
            if failed {
                "no job has failed"
            } else {
                "no job waits"
            }
        );
    }
    if more {
        println!("… and more; these are the first {SHOWN}");
    }
    Ok(())
}

/// In words. `due_in` is in milliseconds.
fn state(job: &Model, due_in: i64, kinds: &[&'static str]) -> String {
    let seconds = due_in / 1_000;
    if job.failed_at.is_some() {
        format!("failed after {}", attempts(job))
    } else if !kinds.contains(&job.kind.as_str()) {
        "waits: this version does not know its kind".to_owned()
    } else if job.lease.is_some() && due_in > 0 {
        format!("runs, attempt {}", job.attempt)
    } else if due_in <= 0 {
        "due".to_owned()
    } else if job.attempt > 0 {
        format!("tried again in {seconds} s, after {}", attempts(job))
    } else {
        format!("due in {seconds} s")
    }
}

fn attempts(job: &Model) -> String {
    match job.attempt {
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    }
}
