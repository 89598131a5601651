//! Running due jobs without workers, for tests.

use std::time::Duration;

use sea_orm::DbErr;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::attempt::{AttemptOutcome, attempt};
use crate::claim::claim;
use crate::lease::Claim;
use crate::model::Model;
use crate::priority::Priority;
use crate::results::store;
use crate::runner::Runner;
use crate::wanted::Wanted;

impl<C: Clone + Send + Sync + 'static> Runner<C> {
    /// Runs due jobs one after the other, until none is due. Returns each attempt with its end.
    ///
    /// This is for tests, in which no workers run.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn run_due(&self) -> Result<Vec<(Model, AttemptOutcome)>, DbErr> {
        let mut ran = Vec::new();
        loop {
            let lease = Duration::from_secs(3600);
            let wanted = Wanted {
                queue: None,
                kinds: self.registry.names(),
                except: &[],
            };
            let claimed = claim(&self.database, wanted, Priority::High, 1, lease).await?;
            let Some(job) = claimed.into_iter().next() else {
                return Ok(ran);
            };
            let claim = Claim::of(&job);
            let (_held, until) = watch::channel(Instant::now() + lease);
            let outcome = match job.cancelled_at {
                Some(_) => AttemptOutcome::Cancelled,
                None => attempt(self, job.clone(), until).await,
            };
            store(&self.database, claim, &outcome).await?;
            ran.push((job, outcome));
        }
    }
}
