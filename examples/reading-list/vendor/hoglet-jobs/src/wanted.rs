//! [`Wanted`]: which jobs a process may claim.

use sea_orm::Value;
use sea_orm::prelude::Uuid;

use crate::sql::placeholders;

/// Which jobs a process may claim.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The queue; `None` means all queues.
    pub queue: Option<&'a str>,
    /// The kinds of jobs that the process knows.
    pub kinds: &'a [&'static str],
    /// The jobs that the process runs now. If the clock has jumped forward, or the machine was suspended,
    /// their leases seem to have ended.
    pub except: &'a [Uuid],
}

impl Wanted<'_> {
    /// The condition as SQL. Adds its values to `values`.
    ///
    /// It excludes paused queues, and jobs whose twin (another job with the same unique key) has begun and
    /// not ended.
    pub(crate) fn condition(&self, values: &mut Vec<Value>) -> String {
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
