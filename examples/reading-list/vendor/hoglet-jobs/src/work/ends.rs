//! Handles the end of attempts, and stops all attempts when the process ends.

use tokio::task::JoinError;
use tokio::time::{Instant, timeout_at};

use super::{GRACE, Work};
use crate::attempt::AttemptOutcome;
use crate::lease::{self, Claim};
use crate::results::{Unstored, store_all};

impl<C: Clone + Send + Sync + 'static> Work<C> {
    /// Handles this ended attempt, and all others that have ended meanwhile.
    pub(super) fn note(&mut self, joined: Result<(Claim, AttemptOutcome), JoinError>) {
        let mut next = Some(joined);
        while let Some(joined) = next {
            match joined {
                Ok((claim, outcome)) => self.end(claim, outcome),
                Err(error) => tracing::error!(%error, "a job's thread ended early"),
            }
            next = self.attempts.try_join_next();
        }
        if !self.knows_of_more() {
            // Look at once: a job may have waited for a slot, or for the end of its twin.
            self.poll_at = Instant::now();
        }
    }

    pub(super) fn end(&mut self, claim: Claim, outcome: AttemptOutcome) {
        let Some(running) = self.running.remove(&claim.id) else {
            return;
        };
        self.under_way.send_replace(self.running.len());
        self.slots.free(running.queue);
        let outcome = match outcome {
            AttemptOutcome::Stopped if running.cancelled => AttemptOutcome::Cancelled,
            outcome => outcome,
        };
        let until = *running.until.borrow();
        self.ended.push(Unstored {
            claim,
            outcome,
            until,
        });
    }

    /// Stops the jobs that still run, and gives them back.
    ///
    /// They have not failed, so the attempt does not count. A job that blocks its thread cannot be stopped
    /// and runs until the process ends. It is not given back, but becomes due again when its lease ends.
    pub(super) async fn give_back(&mut self, deadline: Instant) {
        let now = Instant::now();
        for running in self.running.values() {
            running.until.send_replace(now);
        }
        let bound = deadline.max(now) + GRACE;
        while let Ok(Some(joined)) = timeout_at(bound, self.attempts.join_next()).await {
            self.note(joined);
        }
        if !self.running.is_empty() {
            tracing::warn!(
                jobs = self.running.len(),
                "jobs block their threads and could not be stopped; they go on when their leases end"
            );
        }
        let is_stopped =
            |unstored: &mut Unstored| matches!(unstored.outcome, AttemptOutcome::Stopped);
        let stopped: Vec<_> = self.ended.extract_if(.., is_stopped).collect();
        store_all(&self.runner.database, &mut self.ended).await;
        let claims: Vec<_> = stopped.iter().map(|unstored| unstored.claim).collect();
        if claims.is_empty() {
            return;
        }
        tracing::info!(
            jobs = claims.len(),
            "giving back jobs that are not done yet"
        );
        if let Err(error) = lease::give_back(&self.runner.database, &claims).await {
            tracing::warn!(%error, "could not give jobs back; they go on later");
        }
    }
}
