//! [`Registry`]: a table of jobs that can be run.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_core::future::BoxFuture;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::Mutex;

use crate::failure::JobResult;
use crate::kind::{JobKind, Queue};
use crate::run::Run;
use crate::schedules::Schedules;

/// A table of jobs that can be run.
pub struct Registry<C> {
    pub(crate) kinds: HashMap<&'static str, Runnable<C>>,
    pub(crate) names: Vec<&'static str>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) schedules: Mutex<Schedules>,
}

/// A kind of job, with its state.
pub(crate) struct Runnable<C> {
    pub kind: JobKind,
    #[expect(clippy::type_complexity, reason = "it is used only here")]
    pub run: Box<dyn Fn(&str, Run<C>) -> BoxFuture<'static, JobResult> + Send + Sync>,
}

impl<C> Registry<C> {
    /// Enqueues the jobs of schedules that are due at this moment. Returns how many.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn enqueue_due(
        &self,
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<usize, DbErr> {
        self.schedules.lock().await.enqueue_due(database, now).await
    }

    /// The names of the jobs, in alphabetical order.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }
}
