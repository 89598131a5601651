//! Extends the leases of the jobs that run in this process.

use std::collections::HashMap;

use sea_orm::prelude::Uuid;
use tokio::time::Instant;

use super::Work;
use crate::database::is_unavailable;
use crate::lease::{self, Claim, Extended};

impl<C: Clone + Send + Sync + 'static> Work<C> {
    /// When a lease that begins or is extended now ends for this process.
    ///
    /// That is a third of its time before its end in the database. So this process stops the job before
    /// another one begins it, even if this one is slow. Until then there are two tries to extend the lease.
    pub(super) fn until(&self, begins: Instant) -> Instant {
        begins + self.lease * 2 / 3
    }

    /// Extends the leases of the running jobs.
    ///
    /// Stops jobs whose lease is lost, and jobs that were cancelled.
    pub(super) async fn extend(&mut self) {
        let claims: Vec<_> = self.running.values().map(|running| running.claim).collect();
        let until = self.until(Instant::now());
        match lease::extend(&self.runner.database, &claims, self.lease).await {
            Ok(extended) => self.extended(&claims, &extended, until),
            // The database refuses to change one of the rows, so try each by itself.
            Err(error) if claims.len() > 1 && !is_unavailable(&error) => {
                for claim in claims {
                    match lease::extend(&self.runner.database, &[claim], self.lease).await {
                        Ok(extended) => self.extended(&[claim], &extended, until),
                        Err(error) => {
                            tracing::warn!(%error, job_id = %claim.id, "could not extend a lease");
                        }
                    }
                }
            }
            // Nothing more to do: each job is stopped before its lease ends.
            Err(error) => tracing::warn!(%error, "could not extend the leases of running jobs"),
        }
    }

    /// Sets the new end of extended leases, and stops the jobs of the others.
    pub(super) fn extended(
        &mut self,
        claims: &[Claim],
        extended: &HashMap<Uuid, Extended>,
        until: Instant,
    ) {
        for Claim { id, .. } in claims {
            let Some(running) = self.running.get_mut(id) else {
                continue;
            };
            let state = extended.get(id);
            running.cancelled = state == Some(&Extended::Cancelled);
            let is_active = state == Some(&Extended::Active);
            running
                .until
                .send_replace(if is_active { until } else { Instant::now() });
        }
    }
}
