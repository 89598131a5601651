//! The loop of the workers: it claims due jobs, runs them, and stores how they ended.
//!
//! Each attempt has its own thread, so a job that blocks its thread delays neither pages nor other jobs.

mod claims;
mod ends;
mod leases;

use std::collections::HashMap;
use std::time::Duration;

use chrono::Utc;
use sea_orm::prelude::Uuid;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use crate::attempt::AttemptOutcome;
use crate::lease::Claim;
use crate::results::{Unstored, store_all};
use crate::runner::Runner;
use crate::running_job::RunningJob;
use crate::slots::Slots;
use crate::tidy::Tidy;

/// How often workers look for jobs of other processes, and for due schedules.
const POLL: Duration = Duration::from_secs(1);
/// How long workers look more often after this process has enqueued a job.
///
/// They do because the job's transaction may not be committed yet.
const ALERT: Duration = Duration::from_secs(1);
/// How often workers look for jobs that no process would run.
const TIDY: Duration = Duration::from_secs(60);
/// How long the workers may take to end after the deadline.
pub const GRACE: Duration = Duration::from_millis(100);
/// No more jobs are claimed while this many results could not be stored.
const MOST_UNSTORED: usize = 500;

/// The state of the loop.
pub struct Work<C> {
    runner: Runner<C>,
    lease: Duration,
    slots: Slots,
    /// For each queue of the registry, whether this process knows of a due job in it.
    known_due: Vec<bool>,
    /// The queue whose jobs are claimed first.
    turn: usize,
    attempts: JoinSet<(Claim, AttemptOutcome)>,
    running: HashMap<Uuid, RunningJob>,
    /// How many jobs run.
    under_way: watch::Sender<usize>,
    ended: Vec<Unstored>,
    poll_at: Instant,
    alert_until: Instant,
    step: Duration,
    tidy: Tidy,
}

impl<C: Clone + Send + Sync + 'static> Work<C> {
    /// The state of the loop before it runs.
    pub fn new(
        runner: Runner<C>,
        concurrency: usize,
        lease: Duration,
        count: watch::Sender<usize>,
    ) -> Self {
        Self {
            lease,
            slots: Slots::new(concurrency, &runner.registry.queues),
            known_due: vec![false; runner.registry.queues.len()],
            turn: 0,
            runner,
            attempts: JoinSet::new(),
            running: HashMap::new(),
            under_way: count,
            ended: Vec::new(),
            poll_at: Instant::now(),
            alert_until: Instant::now(),
            step: Duration::ZERO,
            tidy: Tidy::default(),
        }
    }

    /// Runs jobs until `stopped` has a deadline, and then until that deadline.
    pub async fn run(mut self, mut stopped: watch::Receiver<Option<Instant>>) {
        let mut woken = self.runner.jobs.subscribe();
        let mut heartbeat = interval(self.lease / 4);
        let mut schedules = interval(POLL);
        let mut tidying = interval(TIDY);
        let deadline = loop {
            store_all(&self.runner.database, &mut self.ended).await;
            let stored = self.ended.is_empty();
            let stopping = *stopped.borrow();
            if let Some(deadline) = stopping
                && ((self.running.is_empty() && stored) || deadline <= Instant::now())
            {
                break deadline;
            }
            let open = stopping.is_none() && self.has_room();
            if open && (self.poll_at <= Instant::now() || self.knows_of_more()) {
                if self.running.is_empty() {
                    heartbeat.reset();
                }
                self.claim_due().await;
                continue;
            }
            tokio::select! {
                Some(joined) = self.attempts.join_next() => self.note(joined),
                _ = heartbeat.tick(), if !self.running.is_empty() => self.extend().await,
                () = tokio::time::sleep_until(self.poll_at), if open => {}
                Ok(()) = woken.changed(), if open => {
                    self.alert_until = Instant::now() + ALERT;
                    self.step = Duration::from_millis(1);
                    self.poll_at = Instant::now();
                }
                _ = schedules.tick(), if stopping.is_none() => self.enqueue_due().await,
                _ = tidying.tick(), if stopping.is_none() => {
                    self.tidy.check(&self.runner.database, &self.runner.registry).await;
                }
                changed = stopped.changed(), if stopping.is_none() => if changed.is_err() {
                    break Instant::now();
                },
                () = tokio::time::sleep_until(stopping.unwrap_or_else(far)), if stopping.is_some() => {}
                // The database did not answer: store the results again.
                () = tokio::time::sleep(POLL), if !stored => {}
            }
        };
        self.give_back(deadline).await;
    }

    fn queues(&self) -> std::ops::Range<usize> {
        0..self.known_due.len()
    }

    fn room(&self, queue: usize) -> usize {
        if self.ended.len() < MOST_UNSTORED {
            self.slots.room(queue)
        } else {
            0
        }
    }

    fn has_room(&self) -> bool {
        self.queues().any(|queue| self.room(queue) > 0)
    }

    /// Whether this process knows of a due job that it has a slot for.
    fn knows_of_more(&self) -> bool {
        self.queues()
            .any(|queue| self.known_due[queue] && self.room(queue) > 0)
    }

    async fn enqueue_due(&mut self) {
        let registry = &self.runner.registry;
        match registry
            .enqueue_due(&self.runner.database, Utc::now())
            .await
        {
            Ok(0) => {}
            Ok(_) => self.poll_at = Instant::now(),
            Err(error) => tracing::warn!(%error, "could not enqueue the jobs of schedules"),
        }
    }
}

fn interval(period: Duration) -> tokio::time::Interval {
    let mut interval = tokio::time::interval(period.max(Duration::from_millis(100)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// A moment far in the future.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(86_400)
}
