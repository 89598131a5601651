//! Finds out when the next job is due.

use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr};

use crate::priority::Priority;
use crate::sql::query;
use crate::wanted::Wanted;

/// How long until a job is due, for each `Wanted`: zero if one is due now, none if no job waits.
///
/// # Errors
///
/// If the database fails.
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
            // A person may have edited the row, so the difference may be too large for the type.
            let left = earliest.map(|earliest| earliest.saturating_sub(now).max(0));
            *place = left.map(|left| Duration::from_millis(left.unsigned_abs()));
        }
    }
    Ok(due)
}

/// SQL for the moment when the first job of each priority may be claimed.
///
/// Each priority needs one look-up in the index.
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
