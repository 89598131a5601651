//! Claims due jobs, each for only one process.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseBackend, DatabaseConnection, DbErr, FromQueryResult, QueryResult, Value};

use crate::database::is_unavailable;
use crate::model::Model;
use crate::priority::Priority;
use crate::sql::{milliseconds, query};
use crate::unreadable;
use crate::wanted::Wanted;

/// How many jobs one claim may skip because the database refuses to change them.
const MOST_REFUSED: usize = 100;

/// Claims at most `count` due jobs for the time of `lease`.
///
/// Jobs of the priority `first` come before the others. A row that cannot be read is marked as failed and not
/// returned.
///
/// # Errors
///
/// If the database fails.
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
                // The other claimed jobs run, even if the database refuses to mark this one.
                Err(error) => unreadable::try_set_aside(database, row, &error).await,
            }
        }
        // If none of them could be read, claim the next ones.
        if rows.is_empty() || !claimed.is_empty() {
            claimed.sort_by_key(|job| (job.priority, job.enqueued_at, job.id));
            return Ok(claimed);
        }
    }
}

/// Claims due jobs one by one, after the database has refused to change one of them.
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

/// The statement that claims jobs.
///
/// It has a subquery for each priority, so that it reads only a few rows, however many wait for a later time.
/// The subqueries are materialized because PostgreSQL may otherwise run a subquery with `LIMIT` again for
/// each row that it updates, and would claim too many jobs.
fn claim_sql(backend: DatabaseBackend, first: Priority, condition: &str) -> String {
    // PostgreSQL refuses the whole statement if one number becomes too large for its column.
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
