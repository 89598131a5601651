//! [`Tidy`]: looks for jobs that no process would run, and repairs or logs them.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::registry::Registry;
use crate::sql::{execute, query};
use crate::unreadable::set_aside_unfindable;
use crate::upkeep::paused;

/// The unknown kinds and the paused queues that this process has logged already.
#[derive(Default)]
pub(crate) struct Tidy {
    unknown: Vec<String>,
    paused: Vec<String>,
}

impl Tidy {
    /// Looks for jobs that no process would run.
    pub async fn check<C>(&mut self, database: &DatabaseConnection, registry: &Registry<C>) {
        if let Err(error) = self.try_check(database, registry).await {
            tracing::warn!(%error, "could not look for jobs that no process runs");
        }
    }

    async fn try_check<C>(
        &mut self,
        database: &DatabaseConnection,
        registry: &Registry<C>,
    ) -> Result<(), DbErr> {
        let set_aside = set_aside_unfindable(database).await?;
        if set_aside > 0 {
            tracing::error!(
                jobs = set_aside,
                "rows of jobs cannot be read; they are kept as failed, and `jobs list` says why"
            );
        }
        let mut unknown = Vec::new();
        for (kind, queue, jobs) in kinds(database).await? {
            match registry.kinds.get(kind.as_str()) {
                None => unknown.push((kind, jobs)),
                Some(known) if known.kind.queue != queue => {
                    move_to_queue(database, &kind, known.kind.queue).await?;
                }
                Some(_) => {}
            }
        }
        for (kind, jobs) in &unknown {
            if !self.unknown.contains(kind) {
                tracing::warn!(
                    kind,
                    jobs,
                    "jobs wait whose kind this version does not know; they are kept for one that does: add it \
                     to the table of jobs again, or discard them"
                );
            }
        }
        self.unknown = unknown.into_iter().map(|(kind, _)| kind).collect();
        let paused: Vec<_> = paused(database)
            .await?
            .into_iter()
            .map(|(queue, _)| queue)
            .collect();
        for queue in paused.iter().filter(|queue| !self.paused.contains(queue)) {
            tracing::warn!(queue, "this queue is paused; `jobs resume` goes on with it");
        }
        for queue in self.paused.iter().filter(|queue| !paused.contains(queue)) {
            tracing::info!(queue, "this queue goes on");
        }
        self.paused = paused;
        Ok(())
    }
}

/// The kinds in each queue, with the number of jobs that have not failed.
async fn kinds(database: &impl ConnectionTrait) -> Result<Vec<(String, String, i64)>, DbErr> {
    let sql = "SELECT kind, queue, count(*) AS jobs FROM jobs WHERE failed_at IS NULL GROUP BY kind, queue";
    let rows = query(database, sql, []).await?;
    // Rows with an unreadable name have been marked as failed by `set_aside_unfindable`.
    let readable = rows.iter().filter_map(|row| {
        let kind = row.try_get("", "kind").ok()?;
        let queue = row.try_get("", "queue").ok()?;
        Some((kind, queue, row.try_get("", "jobs").ok()?))
    });
    Ok(readable.collect())
}

/// Moves the jobs of a kind to its queue.
///
/// An older version of the app may have used another one.
async fn move_to_queue(
    database: &impl ConnectionTrait,
    kind: &str,
    queue: &str,
) -> Result<(), DbErr> {
    let sql = "UPDATE jobs SET queue = $2 WHERE kind = $1 AND queue <> $2 AND failed_at IS NULL";
    execute(database, sql, [kind.into(), queue.into()])
        .await
        .map(drop)
}
