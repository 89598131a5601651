//! The workers of a process: they claim what is due, run it, and say what became of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use sea_orm::DbErr;
use sea_orm::prelude::Uuid;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use super::attempt::{Ended, attempt};
use super::job::enqueued;
use super::model::Model;
use super::queue::{self, Claim, Wanted};
use super::table::Registry;
use crate::web::Web;

/// How often is looked for what other processes have enqueued, and for what schedules say.
const POLL: Duration = Duration::from_secs(1);
/// How long is looked more often after this process has enqueued something: its transaction has yet to
/// be committed.
const ALERT: Duration = Duration::from_secs(1);
/// How often kinds that nobody knows are looked for.
const LOOK_FOR_UNKNOWN: Duration = Duration::from_secs(600);

/// The workers of a process.
pub struct Workers {
    stop: watch::Sender<Option<Instant>>,
    working: JoinHandle<()>,
}

impl Workers {
    /// Begins to work on `concurrency` jobs at once.
    pub fn start(web: Web, registry: Arc<Registry>, concurrency: usize) -> Self {
        let (stop, stopped) = watch::channel(None);
        let work = Work {
            lease: web.settings.jobs.lease,
            web,
            registry,
            concurrency,
            running: JoinSet::new(),
            held: HashMap::new(),
            ended: Vec::new(),
            hot: false,
            alert_until: Instant::now(),
            step: Duration::ZERO,
        };
        let working = if concurrency == 0 {
            tokio::spawn(async {})
        } else {
            tokio::spawn(work.go_on(stopped))
        };
        Self { stop, working }
    }

    /// Claims nothing any more, lets what runs come to its end until the deadline, and gives the rest
    /// back, so that other processes go on with it at once.
    pub async fn stop(self, deadline: Instant) {
        self.stop.send_replace(Some(deadline));
        if let Err(error) = self.working.await {
            tracing::error!(%error, "the workers ended early; their jobs go on when their leases end");
        }
    }
}

/// What a job is held by.
struct Held {
    claim: Claim,
    /// The end of the lease for this process, see [`Work::until`].
    until: watch::Sender<Instant>,
}

struct Work {
    web: Web,
    registry: Arc<Registry>,
    concurrency: usize,
    lease: Duration,
    running: JoinSet<(Claim, Ended)>,
    held: HashMap<Uuid, Held>,
    /// What the database has yet to be told.
    ended: Vec<(Claim, Ended)>,
    /// There was more to do when last looked.
    hot: bool,
    alert_until: Instant,
    step: Duration,
}

impl Work {
    async fn go_on(mut self, mut stopped: watch::Receiver<Option<Instant>>) {
        let mut woken = enqueued();
        let mut heartbeat = interval(self.lease / 4);
        let mut schedules = interval(POLL);
        let mut unknown = interval(LOOK_FOR_UNKNOWN);
        let mut look_at = Instant::now();
        let deadline = loop {
            let settled = self.settle().await;
            let stopping = *stopped.borrow();
            if let Some(deadline) = stopping
                && (self.held.is_empty() || deadline <= Instant::now())
            {
                break deadline;
            }
            let room = self.room();
            if stopping.is_none() && room > 0 && (self.hot || look_at <= Instant::now()) {
                if self.held.is_empty() {
                    heartbeat.reset();
                }
                let wait = self.look(room).await;
                look_at = Instant::now() + wait;
                if self.hot {
                    continue;
                }
            }
            tokio::select! {
                Some(joined) = self.running.join_next() => self.note(joined),
                _ = heartbeat.tick(), if !self.held.is_empty() => self.extend().await,
                () = tokio::time::sleep_until(look_at), if stopping.is_none() && room > 0 => {}
                Ok(()) = woken.changed(), if stopping.is_none() && room > 0 => {
                    self.alert_until = Instant::now() + ALERT;
                    self.step = Duration::from_millis(1);
                    look_at = Instant::now();
                }
                _ = schedules.tick(), if stopping.is_none() => self.enqueue_due().await,
                _ = unknown.tick(), if stopping.is_none() => self.say_unknown().await,
                changed = stopped.changed(), if stopping.is_none() => if changed.is_err() {
                    break Instant::now();
                },
                () = tokio::time::sleep_until(stopping.unwrap_or_else(far)), if stopping.is_some() => {}
                // Where the database did not answer it is told again.
                () = tokio::time::sleep(POLL), if !settled => {}
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

    fn room(&self) -> usize {
        self.concurrency.saturating_sub(self.held.len())
    }

    /// Claims what is due and begins with it. Returns how long to wait before looking again.
    async fn look(&mut self, room: usize) -> Duration {
        match self.claim(room).await {
            Ok(wait) => {
                if Instant::now() < self.alert_until {
                    self.step *= 2;
                    return wait.min(self.step);
                }
                wait
            }
            Err(error) => {
                tracing::warn!(%error, "could not look for jobs");
                self.hot = false;
                POLL
            }
        }
    }

    async fn claim(&mut self, room: usize) -> Result<Duration, DbErr> {
        let held: Vec<_> = self.held.keys().copied().collect();
        let wanted = Wanted {
            kinds: self.registry.names(),
            except: &held,
        };
        if !self.hot {
            // A look is a read; claiming takes SQLite's only write lock, also where nothing is due.
            let due_in = queue::due_in(&self.web.database, wanted).await?;
            let wait = due_in.unwrap_or(POLL).min(POLL);
            if !wait.is_zero() {
                return Ok(wait);
            }
        }
        // The lease begins in the statement, so it ends after this.
        let until = self.until(Instant::now());
        let jobs = queue::claim(&self.web.database, wanted, room, self.lease).await?;
        self.hot = jobs.len() == room;
        for job in jobs {
            self.begin(job, until);
        }
        Ok(Duration::ZERO)
    }

    fn begin(&mut self, job: Model, until: Instant) {
        let claim = Claim::of(&job);
        let (sender, lease) = watch::channel(until);
        let held = Held {
            claim,
            until: sender,
        };
        self.held.insert(job.id, held);
        let (web, registry) = (self.web.clone(), self.registry.clone());
        self.running.spawn(async move {
            let ended = attempt(&web, &registry, job, lease).await;
            (claim, ended)
        });
    }

    /// Notes what has ended, and all else that has ended meanwhile.
    fn note(&mut self, joined: Result<(Claim, Ended), tokio::task::JoinError>) {
        let mut next = Some(joined);
        while let Some(joined) = next {
            match joined {
                Ok(ended) => self.ended.push(ended),
                // A job's own panics are caught. Its lease runs out, and it is tried again.
                Err(error) => tracing::error!(%error, "a job's task ended early"),
            }
            next = self.running.try_join_next();
        }
    }

    /// Tells the database what has ended. `false` where it has yet to be told.
    async fn settle(&mut self) -> bool {
        if self.ended.is_empty() {
            return true;
        }
        let busy = self.room() == 0;
        let ended = std::mem::take(&mut self.ended);
        for (claim, ended) in settle(&self.web, ended).await {
            let until = self.held.get(&claim.id).map(|held| *held.until.borrow());
            if until.is_some_and(|until| until > Instant::now()) {
                self.ended.push((claim, ended));
            } else {
                self.held.remove(&claim.id);
            }
        }
        let waiting: Vec<_> = self.ended.iter().map(|(claim, _)| claim.id).collect();
        self.held
            .retain(|id, held| waiting.contains(id) || !held.until.is_closed());
        self.hot |= busy && self.room() > 0;
        self.ended.is_empty()
    }

    /// Extends the leases of what runs. What is lost is ended.
    async fn extend(&mut self) {
        let claims: Vec<_> = self.held.values().map(|held| held.claim).collect();
        let now = Instant::now();
        match queue::extend(&self.web.database, &claims, self.lease).await {
            Ok(extended) => {
                for (id, held) in &self.held {
                    let until = if extended.contains(id) {
                        self.until(now)
                    } else {
                        now
                    };
                    held.until.send_replace(until);
                }
            }
            // Each job ends by itself before its lease does.
            Err(error) => tracing::warn!(%error, "could not extend the leases of running jobs"),
        }
    }

    async fn enqueue_due(&self) {
        let due = self.registry.enqueue_due(&self.web.database, Utc::now());
        if let Err(error) = due.await {
            tracing::warn!(%error, "could not enqueue what schedules say");
        }
    }

    async fn say_unknown(&self) {
        let unknown = queue::unknown(&self.web.database, self.registry.names());
        let unknown = unknown.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "could not look for jobs of an unknown kind");
            Vec::new()
        });
        for (kind, jobs) in unknown {
            tracing::warn!(
                kind,
                jobs,
                "jobs wait whose kind this version does not know; they are kept: add it to the table \
                 of jobs again, or discard them"
            );
        }
    }

    /// Ends what still runs. It did not fail, so the attempt does not count.
    async fn give_back(&mut self, deadline: Instant) {
        self.running.shutdown().await;
        self.ended.clear();
        let claims: Vec<_> = self.held.values().map(|held| held.claim).collect();
        if claims.is_empty() {
            return;
        }
        tracing::info!(
            jobs = claims.len(),
            "giving back jobs that are not done yet"
        );
        let bound = deadline.max(Instant::now()) + Duration::from_millis(200);
        let given = queue::give_back(&self.web.database, &claims);
        match tokio::time::timeout_at(bound, given).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "could not give jobs back; they go on later"),
            Err(_) => tracing::warn!("could not give jobs back in time; they go on later"),
        }
    }
}

/// Tells the database. Returns what it has not heard.
async fn settle(web: &Web, ended: Vec<(Claim, Ended)>) -> Vec<(Claim, Ended)> {
    let (done, others): (Vec<_>, Vec<_>) = ended
        .into_iter()
        .partition(|(_, ended)| matches!(ended, Ended::Done));
    let mut untold = Vec::new();
    let claims: Vec<_> = done.iter().map(|(claim, _)| *claim).collect();
    if !claims.is_empty() {
        match queue::complete(&web.database, &claims).await {
            Ok(held) if held == claims.len() as u64 => {}
            Ok(_) => {
                tracing::warn!("a job was done after its lease had ended; it may run once more")
            }
            Err(error) => {
                tracing::warn!(%error, "could not note that jobs are done");
                untold.extend(done);
            }
        }
    }
    for (claim, ended) in others {
        if let Err(error) = tell(web, claim, &ended).await {
            tracing::warn!(%error, "could not note that a job has failed");
            untold.push((claim, ended));
        }
    }
    untold
}

/// Tells the database how one attempt has ended.
async fn tell(web: &Web, claim: Claim, ended: &Ended) -> Result<(), DbErr> {
    let database = &web.database;
    match ended {
        Ended::Done => queue::complete(database, &[claim]).await.map(drop),
        Ended::Failed { error, retry_in } => {
            let failed = queue::fail(database, claim, error, *retry_in);
            failed.await.map(drop)
        }
        Ended::LeaseLost => {
            tracing::warn!(job_id = %claim.id, "a job's lease ended while it ran; it was stopped");
            Ok(())
        }
    }
}

/// Runs what is due, one job after the other, until nothing is. For tests: nothing comes by itself there.
/// Returns each attempt with how it ended.
///
/// # Errors
///
/// Where the database fails.
pub async fn run_due(web: &Web, registry: &Registry) -> Result<Vec<(Model, Ended)>, DbErr> {
    let mut ran = Vec::new();
    loop {
        let lease = Duration::from_secs(3600);
        let wanted = Wanted {
            kinds: registry.names(),
            except: &[],
        };
        let claimed = queue::claim(&web.database, wanted, 1, lease).await?;
        let Some(job) = claimed.into_iter().next() else {
            return Ok(ran);
        };
        let claim = Claim::of(&job);
        let (_held, until) = watch::channel(Instant::now() + lease);
        let ended = attempt(web, registry, job.clone(), until).await;
        tell(web, claim, &ended).await?;
        ran.push((job, ended));
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
