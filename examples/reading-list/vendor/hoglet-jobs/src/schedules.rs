//! Schedules enqueue jobs at certain times.
//!
//! Each time a job is enqueued only once, however many processes there are.
//! A schedule has a row with the time for which it last enqueued its job. When the next time has come, a
//! process updates the row and enqueues the job in one transaction. If several processes try, only one
//! succeeds. If times were missed because no process ran, the job is enqueued once for all of them.

mod times;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseConnection, DbErr};

use crate::database::begin;
use crate::insert::{NewJob, insert};
use crate::sql::execute;

pub use times::Times;

/// Adds the row of a new schedule.
const ADD_ROW: &str =
    "INSERT INTO schedule_runs (schedule, last_run_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
/// Updates the row, unless another process has done so.
const ADVANCE: &str =
    "UPDATE schedule_runs SET last_run_at = $2 WHERE schedule = $1 AND last_run_at < $2";

/// Corrects a row that is in the future, unless another process has done so.
const SET_BACK: &str = "UPDATE schedule_runs SET last_run_at = $2 \
     WHERE schedule = $1 AND last_run_at > $3";

/// How far the clocks of two machines may differ, in milliseconds.
///
/// If a row is further in the future, a machine with a wrong clock has written it.
const MAX_CLOCK_DIFFERENCE: i64 = 5 * 60 * 1_000;

/// A schedule of an app.
pub struct Schedule {
    /// The name of its row.
    pub name: String,
    /// When it is due.
    pub times: Times,
    /// Makes its job with the given id.
    pub job: Arc<dyn Fn(Uuid) -> Result<NewJob, DbErr> + Send + Sync>,
}

/// The schedules of an app, with what this process remembers of their rows.
pub struct Schedules {
    all: Vec<Schedule>,
    /// The last time of each schedule, so that each time needs only one transaction.
    known: Vec<Option<i64>>,
}

impl Schedules {
    /// The schedules of a table of jobs.
    pub fn new(all: Vec<Schedule>) -> Self {
        Self {
            known: vec![None; all.len()],
            all,
        }
    }

    /// Enqueues the jobs of schedules that are due at this moment. Returns how many.
    ///
    /// # Errors
    ///
    /// If the database fails. Jobs that were enqueued before the failure stay.
    pub async fn enqueue_due(
        &mut self,
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<usize, DbErr> {
        let mut enqueued = 0;
        for (schedule, known) in self.all.iter().zip(&mut self.known) {
            let Some(latest) = schedule.times.latest(now) else {
                continue;
            };
            // If this process's clock was wrong, the remembered time may be in the future.
            let latest_plausible = now.timestamp_millis() + MAX_CLOCK_DIFFERENCE;
            if known.is_some_and(|known| known >= latest && known <= latest_plausible) {
                continue;
            }
            enqueued +=
                usize::from(enqueue_once(database, schedule, latest, latest_plausible).await?);
            *known = Some(latest);
        }
        Ok(enqueued)
    }
}

/// Updates the row and enqueues the job. Returns whether it has enqueued it.
///
/// It does not if another process was first. A new schedule waits for its next time. If a row is later than
/// `latest_plausible`, it is set back, and the schedule waits for its next time too; otherwise it would not run
/// until the time in the row.
async fn enqueue_once(
    database: &DatabaseConnection,
    schedule: &Schedule,
    latest: i64,
    latest_plausible: i64,
) -> Result<bool, DbErr> {
    let name = schedule.name.as_str();
    let row = || [name.into(), latest.into()];
    let transaction = begin(database).await?;
    let new = execute(&transaction, ADD_ROW, row()).await?;
    let advanced = new == 0 && execute(&transaction, ADVANCE, row()).await? > 0;
    if advanced {
        insert(&transaction, (schedule.job)(Uuid::now_v7())?).await?;
    } else if new == 0 {
        let values = [name.into(), latest.into(), latest_plausible.into()];
        if execute(&transaction, SET_BACK, values).await? > 0 {
            tracing::warn!(
                schedule = name,
                "this schedule last ran in the future, because a clock was wrong; it begins anew and runs at \
                 its next time"
            );
        }
    }
    transaction.commit().await?;
    Ok(advanced)
}
