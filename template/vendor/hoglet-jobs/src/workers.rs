//! The workers of a process: they claim what is due, run it, and say what became of it.
//!
//! Each attempt has a thread: a job that blocks it holds up neither the app's pages nor other jobs.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use chrono::Utc;
use sea_orm::DbErr;
use sea_orm::prelude::Uuid;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, timeout_at};

use crate::attempt::{Ended, attempt};
use crate::claim::{self, Asked, Claim, Wanted};
use crate::database::is_unavailable;
use crate::model::Model;
use crate::places::Places;
use crate::runner::Runner;
use crate::tell::{Untold, tell_all};
use crate::tidy::Tidy;

/// How often is looked for what other processes have enqueued, and for what schedules say.
const POLL: Duration = Duration::from_secs(1);
/// How long is looked more often after this process has enqueued something: its transaction has yet to
/// be committed.
const ALERT: Duration = Duration::from_secs(1);
/// How long until the next look where what was due could not be claimed: another process was first.
const BUSY: Duration = Duration::from_millis(20);
/// How often is looked for what nobody would work on.
const TIDY: Duration = Duration::from_secs(60);
/// How long the end of the workers may take beyond its deadline.
const GRACE: Duration = Duration::from_millis(100);
/// How many jobs may have ended that the database does not hear of, before no more are claimed.
const MOST_UNTOLD: usize = 500;

/// The workers of a process.
pub struct Workers {
    stop: watch::Sender<Option<Instant>>,
    working: JoinHandle<()>,
    under_way: watch::Receiver<usize>,
}

impl Workers {
    /// Begins to work on `concurrency` jobs at once, each claimed for the time of a lease at first.
    pub fn start<C: Clone + Send + Sync + 'static>(
        runner: Runner<C>,
        concurrency: usize,
        lease: Duration,
    ) -> Self {
        let (stop, stopped) = watch::channel(None);
        let (count, under_way) = watch::channel(0);
        let work = Work {
            lease,
            places: Places::new(concurrency, &runner.registry.queues),
            hot: vec![false; runner.registry.queues.len()],
            turn: 0,
            runner,
            running: JoinSet::new(),
            held: HashMap::new(),
            under_way: count,
            ended: Vec::new(),
            look_at: Instant::now(),
            alert_until: Instant::now(),
            step: Duration::ZERO,
            tidy: Tidy::default(),
        };
        let working = if concurrency == 0 {
            tokio::spawn(async {})
        } else {
            tokio::spawn(work.go_on(stopped))
        };
        Self {
            stop,
            working,
            under_way,
        }
    }

    /// How many jobs run, also when the workers are being stopped.
    pub fn under_way(&self) -> watch::Receiver<usize> {
        self.under_way.clone()
    }

    /// Claims nothing any more, lets what runs come to its end until the deadline, and gives the rest
    /// back, so that other processes go on with it at once. Returns soon after the deadline, whatever jobs
    /// and the database do.
    pub async fn stop(mut self, deadline: Instant) {
        self.stop.send_replace(Some(deadline));
        match timeout_at(deadline + 2 * GRACE, &mut self.working).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "the workers ended early; their jobs go on when their leases end");
            }
            Err(_) => {
                tracing::warn!(
                    "the workers did not end in time; their jobs go on when their leases end"
                );
                self.working.abort();
            }
        }
    }
}

/// What a job is held by.
struct Held {
    claim: Claim,
    queue: usize,
    /// The end of the lease for this process, see [`Work::until`].
    until: watch::Sender<Instant>,
    /// Somebody has cancelled it.
    cancelled: bool,
}

struct Work<C> {
    runner: Runner<C>,
    lease: Duration,
    places: Places,
    /// The queues, in the registry's order, in which more is due as far as is known.
    hot: Vec<bool>,
    /// The queue that is looked at first.
    turn: usize,
    running: JoinSet<(Claim, Ended)>,
    held: HashMap<Uuid, Held>,
    /// How many are held.
    under_way: watch::Sender<usize>,
    ended: Vec<Untold>,
    look_at: Instant,
    alert_until: Instant,
    step: Duration,
    tidy: Tidy,
}

impl<C: Clone + Send + Sync + 'static> Work<C> {
    async fn go_on(mut self, mut stopped: watch::Receiver<Option<Instant>>) {
        let mut woken = self.runner.jobs.subscribe();
        let mut heartbeat = interval(self.lease / 4);
        let mut schedules = interval(POLL);
        let mut tidying = interval(TIDY);
        let deadline = loop {
            tell_all(&self.runner.database, &mut self.ended).await;
            let told = self.ended.is_empty();
            let stopping = *stopped.borrow();
            if let Some(deadline) = stopping
                && ((self.held.is_empty() && told) || deadline <= Instant::now())
            {
                break deadline;
            }
            let open = stopping.is_none() && self.has_room();
            if open && (self.look_at <= Instant::now() || self.knows_of_more()) {
                if self.held.is_empty() {
                    heartbeat.reset();
                }
                self.look().await;
                continue;
            }
            tokio::select! {
                Some(joined) = self.running.join_next() => self.note(joined),
                _ = heartbeat.tick(), if !self.held.is_empty() => self.extend().await,
                () = tokio::time::sleep_until(self.look_at), if open => {}
                Ok(()) = woken.changed(), if open => {
                    self.alert_until = Instant::now() + ALERT;
                    self.step = Duration::from_millis(1);
                    self.look_at = Instant::now();
                }
                _ = schedules.tick(), if stopping.is_none() => self.enqueue_due().await,
                _ = tidying.tick(), if stopping.is_none() => {
                    self.tidy.look(&self.runner.database, &self.runner.registry).await;
                }
                changed = stopped.changed(), if stopping.is_none() => if changed.is_err() {
                    break Instant::now();
                },
                () = tokio::time::sleep_until(stopping.unwrap_or_else(far)), if stopping.is_some() => {}
                // Where the database did not answer it is told again.
                () = tokio::time::sleep(POLL), if !told => {}
            }
        };
        self.give_back(deadline).await;
    }

    /// When a lease that begins or is extended at this moment ends for this process: a third before its
    /// end in the database, so that a job is stopped before another process begins with it, also where
    /// this one is short of time. Until then it is extended twice.
    fn until(&self, begins: Instant) -> Instant {
        begins + self.lease * 2 / 3
    }

    fn queues(&self) -> std::ops::Range<usize> {
        0..self.hot.len()
    }

    fn room(&self, queue: usize) -> usize {
        if self.ended.len() < MOST_UNTOLD {
            self.places.room(queue)
        } else {
            0
        }
    }

    fn has_room(&self) -> bool {
        self.queues().any(|queue| self.room(queue) > 0)
    }

    /// Whether something is due, as far as is known, for which there is room.
    fn knows_of_more(&self) -> bool {
        self.queues()
            .any(|queue| self.hot[queue] && self.room(queue) > 0)
    }

    /// Claims what is due and begins with it.
    async fn look(&mut self) {
        if let Err(error) = self.claim_due().await {
            tracing::warn!(%error, "could not look for jobs");
            self.hot.fill(false);
            self.look_at = Instant::now() + POLL;
        }
    }

    async fn claim_due(&mut self) -> Result<(), DbErr> {
        let registry = self.runner.registry.clone();
        let held = self.held.keys().copied();
        let except: Vec<_> = held
            .chain(self.ended.iter().map(|untold| untold.claim.id))
            .collect();
        let wanted = |queue: usize| Wanted {
            queue: Some(registry.queues[queue].name),
            kinds: &registry.queues[queue].kinds,
            except: &except,
        };
        if self.look_at <= Instant::now() {
            // A look is a read; claiming takes SQLite's only write lock, also where nothing is due.
            let unsure = |queue: &usize| !self.hot[*queue] && self.room(*queue) > 0;
            let unsure: Vec<_> = self.queues().filter(unsure).collect();
            let asked: Vec<_> = unsure.iter().map(|queue| wanted(*queue)).collect();
            let due = claim::due_in(&self.runner.database, &asked).await?;
            let mut wait = POLL;
            for (queue, due_in) in unsure.into_iter().zip(due) {
                let due_in = due_in.unwrap_or(POLL);
                self.hot[queue] = due_in.is_zero();
                if !self.hot[queue] {
                    wait = wait.min(due_in);
                }
            }
            if Instant::now() < self.alert_until {
                self.step *= 2;
                wait = wait.min(self.step);
            }
            self.look_at = Instant::now() + wait;
        }
        self.turn = (self.turn + 1) % self.hot.len().max(1);
        let in_turn: Vec<_> = self.queues().collect();
        let (later, first) = in_turn.split_at(self.turn);
        let mut refused = Ok(());
        for queue in first.iter().chain(later).copied() {
            let room = self.room(queue);
            if !self.hot[queue] || room == 0 {
                continue;
            }
            // The lease begins in the statement, so it ends after this.
            let until = self.until(Instant::now());
            let first = self.places.first(queue);
            let database = &self.runner.database;
            let jobs = match claim::claim(database, wanted(queue), first, room, self.lease).await {
                // The other queues have their turn.
                Err(error) if !is_unavailable(&error) => {
                    refused = Err(error);
                    continue;
                }
                jobs => jobs?,
            };
            self.hot[queue] = jobs.len() == room;
            if !self.hot[queue] {
                // When the next one is due is yet to be found out; at once, unless somebody else holds what
                // is due here.
                let wait = if jobs.is_empty() {
                    BUSY
                } else {
                    Duration::ZERO
                };
                self.look_at = Instant::now() + wait;
            }
            for job in jobs {
                self.begin(queue, job, until);
            }
        }
        refused
    }

    fn begin(&mut self, queue: usize, job: Model, until: Instant) {
        let claim = Claim::of(&job);
        if job.cancelled_at.is_some() {
            // The process that was to stop it has died.
            let ended = Ended::Cancelled;
            self.ended.push(Untold {
                claim,
                ended,
                until,
            });
            return;
        }
        let (sender, lease) = watch::channel(until);
        let held = Held {
            claim,
            queue,
            until: sender,
            cancelled: false,
        };
        self.held.insert(job.id, held);
        self.under_way.send_replace(self.held.len());
        self.places.take(queue, 1);
        let runner = self.runner.clone();
        self.running.spawn_blocking(move || {
            let attempt = attempt(&runner, job, lease);
            let ended = catch_unwind(AssertUnwindSafe(|| Handle::current().block_on(attempt)));
            // A job's own panics are caught in there. After another one its lease runs out.
            (claim, ended.unwrap_or(Ended::Stopped))
        });
    }

    /// Notes what has ended, and all else that has ended meanwhile.
    fn note(&mut self, joined: Result<(Claim, Ended), JoinError>) {
        let mut next = Some(joined);
        while let Some(joined) = next {
            match joined {
                Ok((claim, ended)) => self.end(claim, ended),
                Err(error) => tracing::error!(%error, "a job's thread ended early"),
            }
            next = self.running.try_join_next();
        }
        if !self.knows_of_more() {
            // A job that waited for a place, or for the end of its twin, begins at once.
            self.look_at = Instant::now();
        }
    }

    fn end(&mut self, claim: Claim, ended: Ended) {
        let Some(held) = self.held.remove(&claim.id) else {
            return;
        };
        self.under_way.send_replace(self.held.len());
        self.places.free(held.queue);
        let ended = match ended {
            Ended::Stopped if held.cancelled => Ended::Cancelled,
            ended => ended,
        };
        let until = *held.until.borrow();
        self.ended.push(Untold {
            claim,
            ended,
            until,
        });
    }

    /// Extends the leases of what runs. What is lost or cancelled is stopped.
    async fn extend(&mut self) {
        let claims: Vec<_> = self.held.values().map(|held| held.claim).collect();
        let until = self.until(Instant::now());
        match claim::extend(&self.runner.database, &claims, self.lease).await {
            Ok(extended) => self.extended(&claims, &extended, until),
            // It refuses to change one of them, which takes no other one along.
            Err(error) if claims.len() > 1 && !is_unavailable(&error) => {
                for claim in claims {
                    match claim::extend(&self.runner.database, &[claim], self.lease).await {
                        Ok(extended) => self.extended(&[claim], &extended, until),
                        Err(error) => {
                            tracing::warn!(%error, job_id = %claim.id, "could not extend a lease");
                        }
                    }
                }
            }
            // Each job ends by itself before its lease does.
            Err(error) => tracing::warn!(%error, "could not extend the leases of running jobs"),
        }
    }

    /// Notes which of these leases have been extended until a moment.
    fn extended(&mut self, claims: &[Claim], extended: &HashMap<Uuid, Asked>, until: Instant) {
        for Claim { id, .. } in claims {
            let Some(held) = self.held.get_mut(id) else {
                continue;
            };
            let asked = extended.get(id);
            held.cancelled = asked == Some(&Asked::ToStop);
            let goes_on = asked == Some(&Asked::ToGoOn);
            let until = if goes_on { until } else { Instant::now() };
            held.until.send_replace(until);
        }
    }

    async fn enqueue_due(&mut self) {
        let registry = &self.runner.registry;
        match registry
            .enqueue_due(&self.runner.database, Utc::now())
            .await
        {
            Ok(0) => {}
            Ok(_) => self.look_at = Instant::now(),
            Err(error) => tracing::warn!(%error, "could not enqueue what schedules say"),
        }
    }

    /// Stops what still runs. It did not fail, so the attempt does not count. A job that blocks its thread
    /// cannot be stopped: it goes on until the process ends, so it is not given back before its lease ends.
    async fn give_back(&mut self, deadline: Instant) {
        let now = Instant::now();
        for held in self.held.values() {
            held.until.send_replace(now);
        }
        let bound = deadline.max(now) + GRACE;
        while let Ok(Some(joined)) = timeout_at(bound, self.running.join_next()).await {
            self.note(joined);
        }
        if !self.held.is_empty() {
            tracing::warn!(
                jobs = self.held.len(),
                "jobs block their threads and could not be stopped; they go on when their leases end"
            );
        }
        let is_stopped = |untold: &mut Untold| matches!(untold.ended, Ended::Stopped);
        let stopped: Vec<_> = self.ended.extract_if(.., is_stopped).collect();
        tell_all(&self.runner.database, &mut self.ended).await;
        let claims: Vec<_> = stopped.iter().map(|untold| untold.claim).collect();
        if claims.is_empty() {
            return;
        }
        tracing::info!(
            jobs = claims.len(),
            "giving back jobs that are not done yet"
        );
        if let Err(error) = claim::give_back(&self.runner.database, &claims).await {
            tracing::warn!(%error, "could not give jobs back; they go on later");
        }
    }
}

fn interval(period: Duration) -> tokio::time::Interval {
    let mut interval = tokio::time::interval(period.max(Duration::from_millis(100)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// A time that does not come.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(86_400)
}
