//! [`Jobs`]: the table of an app's jobs and schedules.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::Mutex;

use super::failure::{Failure, Outcome};
use super::job::{Job, payload};
use super::queue::New;
use super::run::Run;
use super::schedules::{Schedule, Schedules, Times};
use crate::compiled::Compiled;

/// What is wrong with a table of jobs: the app does not start with it.
#[derive(Debug, thiserror::Error)]
#[error("the table of jobs needs a change:\n  {}", .0.join("\n  "))]
pub struct BrokenJobs(Vec<String>);

/// An app's jobs, one line each, and when some of them come by themselves.
pub struct Jobs<S> {
    kinds: Vec<Kind<S>>,
    schedules: Vec<Schedule>,
    broken: Vec<String>,
}

struct Kind<S> {
    of: TypeId,
    bounds: Bounds,
    run: RunWith<S>,
}

type RunWith<S> = fn(&S, &str, Run) -> Compiled<'static, Outcome>;

/// What a kind of job says about its attempts.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub name: &'static str,
    pub attempts: u32,
    pub timeout: Duration,
    pub backoff: fn(u32) -> Duration,
}

impl<S> Default for Jobs<S> {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            schedules: Vec::new(),
            broken: Vec::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Jobs<S> {
    /// A job that is enqueued by name.
    #[must_use]
    pub fn job<J: Job<State: FromRef<S>>>(mut self) -> Self {
        self.add::<J>();
        self
    }

    /// A job that comes every so often, counted from midnight of 1 January 1970, UTC.
    #[must_use]
    pub fn every<J: Job<State: FromRef<S>>>(
        self,
        interval: Duration,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        let name = format!("{} every {interval:?}", J::NAME);
        self.schedule(name, Times::every(interval), job)
    }

    /// A job that comes when cron says so: `"30 8 * * MON"` with `"Europe/Berlin"` is half past eight
    /// each Monday, by the clocks there. The zone has its name from the IANA's list; `"UTC"` is one.
    #[must_use]
    pub fn cron<J: Job<State: FromRef<S>>>(
        self,
        times: &str,
        zone: &str,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        let name = format!("{} at {times} {zone}", J::NAME);
        self.schedule(name, Times::cron(times, zone), job)
    }

    fn schedule<J: Job<State: FromRef<S>>>(
        mut self,
        name: String,
        times: Result<Times, String>,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        // One that is enqueued by name as well may have its line, or not.
        if !self.kinds.iter().any(|kind| kind.of == TypeId::of::<J>()) {
            self.add::<J>();
        }
        match times {
            Ok(times) => self.schedules.push(Schedule {
                name,
                times,
                job: Arc::new(move |id| {
                    let job = job();
                    Ok(New {
                        id,
                        kind: J::NAME,
                        payload: payload(&job)?,
                        priority: J::PRIORITY,
                        delay: job.delay(),
                        unique_key: job.unique_key(),
                        behalf: None,
                    })
                }),
            }),
            Err(reason) => self.broken.push(format!("{name}: {reason}")),
        }
        self
    }

    /// These jobs and those.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.kinds.extend(other.kinds);
        self.schedules.extend(other.schedules);
        self.broken.extend(other.broken);
        self
    }

    fn add<J: Job<State: FromRef<S>>>(&mut self) {
        self.kinds.push(Kind {
            of: TypeId::of::<J>(),
            bounds: Bounds {
                name: J::NAME,
                attempts: J::ATTEMPTS.max(1),
                timeout: J::TIMEOUT,
                backoff: J::backoff,
            },
            run: |state, payload, run| {
                let job: Result<J, _> = serde_json::from_str(payload);
                let state = J::State::from_ref(state);
                Box::pin(async move {
                    // The app's next version may know how to read it.
                    job.map_err(Failure::for_good)?.run(state, run).await
                })
            },
        });
    }

    /// The names of the jobs.
    pub fn names(&self) -> Vec<&'static str> {
        self.kinds.iter().map(|kind| kind.bounds.name).collect()
    }

    /// What is wrong with the table: two jobs or two schedules with one name, and times that are none.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.broken.clone();
        let mut names = HashSet::new();
        for kind in &self.kinds {
            let name = kind.bounds.name;
            if !names.insert(name) {
                faults.push(format!(
                    "{name}: two lines have this name; a job has one line, and a NAME of its own"
                ));
            }
        }
        let mut names = HashSet::new();
        for Schedule { name, .. } in &self.schedules {
            if !names.insert(name) {
                faults.push(format!("{name}: this schedule stands here twice"));
            }
        }
        faults
    }

    /// The table with what its jobs work with, for the workers.
    ///
    /// # Errors
    ///
    /// All that is wrong with it: see [`Jobs::faults`].
    pub fn with(self, state: S) -> Result<Registry, BrokenJobs> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(BrokenJobs(faults));
        }
        let kinds = self.kinds.into_iter().map(|kind| {
            let state = state.clone();
            let run = kind.run;
            let bound = Runnable {
                bounds: kind.bounds,
                run: Box::new(move |payload, of| run(&state, payload, of)),
            };
            (kind.bounds.name, bound)
        });
        let kinds: HashMap<_, _> = kinds.collect();
        let mut names: Vec<_> = kinds.keys().copied().collect();
        names.sort_unstable();
        Ok(Registry {
            kinds,
            names,
            schedules: Mutex::new(Schedules::new(self.schedules)),
        })
    }
}

/// A table of jobs that can be run.
pub struct Registry {
    pub(super) kinds: HashMap<&'static str, Runnable>,
    pub(super) names: Vec<&'static str>,
    pub(super) schedules: Mutex<Schedules>,
}

/// A kind of job, with what it works with.
pub(super) struct Runnable {
    pub bounds: Bounds,
    #[expect(clippy::type_complexity, reason = "it stands here once")]
    pub run: Box<dyn Fn(&str, Run) -> Compiled<'static, Outcome> + Send + Sync>,
}

impl Registry {
    /// Enqueues what schedules say for a moment. Returns how many jobs that are.
    ///
    /// # Errors
    ///
    /// Where the database fails.
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
