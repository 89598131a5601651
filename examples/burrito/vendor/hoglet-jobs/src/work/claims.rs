//! Claims due jobs and begins them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use sea_orm::DbErr;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{POLL, Work};
use crate::attempt::{AttemptOutcome, attempt};
use crate::claim::claim;
use crate::database::is_unavailable;
use crate::due::due_in;
use crate::lease::Claim;
use crate::model::Model;
use crate::results::Unstored;
use crate::running_job::RunningJob;
use crate::wanted::Wanted;

/// How long to wait if another process has claimed the due jobs first.
const BUSY: Duration = Duration::from_millis(20);

impl<C: Clone + Send + Sync + 'static> Work<C> {
    /// Claims due jobs and begins them.
    pub(super) async fn claim_due(&mut self) {
        if let Err(error) = self.try_claim_due().await {
            tracing::warn!(%error, "could not look for jobs");
            self.known_due.fill(false);
            self.poll_at = Instant::now() + POLL;
        }
    }

    pub(super) async fn try_claim_due(&mut self) -> Result<(), DbErr> {
        let registry = self.runner.registry.clone();
        let running = self.running.keys().copied();
        let except: Vec<_> = running
            .chain(self.ended.iter().map(|unstored| unstored.claim.id))
            .collect();
        let wanted = |queue: usize| Wanted {
            queue: Some(registry.queues[queue].name),
            kinds: &registry.queues[queue].kinds,
            except: &except,
        };
        if self.poll_at <= Instant::now() {
            // Looking is a read. Claiming takes SQLite's only write lock, even if nothing is due.
            let unsure = |queue: &usize| !self.known_due[*queue] && self.room(*queue) > 0;
            let unsure: Vec<_> = self.queues().filter(unsure).collect();
            let look_for: Vec<_> = unsure.iter().map(|queue| wanted(*queue)).collect();
            let due = due_in(&self.runner.database, &look_for).await?;
            let mut wait = POLL;
            for (queue, due_in) in unsure.into_iter().zip(due) {
                let due_in = due_in.unwrap_or(POLL);
                self.known_due[queue] = due_in.is_zero();
                if !self.known_due[queue] {
                    wait = wait.min(due_in);
                }
            }
            if Instant::now() < self.alert_until {
                self.step *= 2;
                wait = wait.min(self.step);
            }
            self.poll_at = Instant::now() + wait;
        }
        self.turn = (self.turn + 1) % self.known_due.len().max(1);
        let in_turn: Vec<_> = self.queues().collect();
        let (later, first) = in_turn.split_at(self.turn);
        let mut refused = Ok(());
        for queue in first.iter().chain(later).copied() {
            let room = self.room(queue);
            if !self.known_due[queue] || room == 0 {
                continue;
            }
            // Calculate this before the statement, in which the lease begins, so that `until` is not too
            // late.
            let until = self.until(Instant::now());
            let first = self.slots.first(queue);
            let database = &self.runner.database;
            let jobs = match claim(database, wanted(queue), first, room, self.lease).await {
                // Go on with the other queues first.
                Err(error) if !is_unavailable(&error) => {
                    refused = Err(error);
                    continue;
                }
                jobs => jobs?,
            };
            self.known_due[queue] = jobs.len() == room;
            if !self.known_due[queue] {
                // Look for the next job at once, unless other processes have claimed the due jobs.
                let wait = if jobs.is_empty() {
                    BUSY
                } else {
                    Duration::ZERO
                };
                self.poll_at = Instant::now() + wait;
            }
            for job in jobs {
                self.begin(queue, job, until);
            }
        }
        refused
    }

    pub(super) fn begin(&mut self, queue: usize, job: Model, until: Instant) {
        let claim = Claim::of(&job);
        if job.cancelled_at.is_some() {
            // The process that should have stopped it has died.
            let outcome = AttemptOutcome::Cancelled;
            self.ended.push(Unstored {
                claim,
                outcome,
                until,
            });
            return;
        }
        let (sender, lease) = watch::channel(until);
        let running = RunningJob {
            claim,
            queue,
            until: sender,
            cancelled: false,
        };
        self.running.insert(job.id, running);
        self.under_way.send_replace(self.running.len());
        self.slots.take(queue, 1);
        let runner = self.runner.clone();
        self.attempts.spawn_blocking(move || {
            let attempt = attempt(&runner, job, lease);
            let outcome = catch_unwind(AssertUnwindSafe(|| Handle::current().block_on(attempt)));
            // The attempt catches panics of the job. After any other panic the lease ends by itself.
            (claim, outcome.unwrap_or(AttemptOutcome::Stopped))
        });
    }
}
