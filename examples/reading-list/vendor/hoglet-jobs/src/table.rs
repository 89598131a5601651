//! [`Jobs`]: the table of an app's jobs and schedules.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;
use tokio::sync::Mutex;

use crate::actor::StoredActor;
use crate::enqueue::new_job;
use crate::failure::JobResult;
use crate::insert::When;
use crate::job::{DEFAULT_QUEUE, Job};
use crate::kind::{JobKind, Queue};
use crate::registry::{Registry, Runnable};
use crate::run::Run;
use crate::schedules::{Schedule, Schedules, Times};
use crate::state::JobState;

/// The faults of a table of jobs. With one of them the app does not start.
#[derive(Debug, thiserror::Error)]
#[error("the table of jobs needs a change:\n  {}", .0.join("\n  "))]
pub struct BrokenJobs(Vec<String>);

/// The jobs of an app, one line each, and their schedules.
///
/// ```
/// use std::time::Duration;
///
/// use hoglet_jobs::{Job, JobResult, Jobs, Run};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct SendReport {}
///
/// impl Job for SendReport {
///     type State = ();
///
///     const NAME: &'static str = "send_report";
///
///     async fn run(self, _: (), run: Run) -> JobResult {
///         println!("attempt {}", run.attempt);
///         Ok(())
///     }
/// }
///
/// let jobs = Jobs::default()
///     .every(Duration::from_secs(3600), || SendReport {})
///     .cron("30 8 * * MON", "Europe/Berlin", || SendReport {});
/// assert!(jobs.faults().is_empty());
/// ```
pub struct Jobs<S: JobState> {
    entries: Vec<Entry<S>>,
    /// The queues that have a limit, and how many of their jobs run at once.
    queues: Vec<(&'static str, usize)>,
    schedules: Vec<Schedule>,
    broken: Vec<String>,
}

/// A line of the table.
struct Entry<S: JobState> {
    job: TypeId,
    kind: JobKind,
    run: RunWith<S>,
}

type RunWith<S> = Box<RunFn<S>>;
type RunFn<S> =
    dyn Fn(&S, &str, Run<<S as JobState>::Context>) -> BoxFuture<'static, JobResult> + Send + Sync;

impl<S: JobState> Default for Jobs<S> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            queues: Vec::new(),
            schedules: Vec::new(),
            broken: Vec::new(),
        }
    }
}

impl<S: JobState> Jobs<S> {
    /// Adds a kind of job.
    #[must_use]
    pub fn job<J: Job<State = S>>(mut self) -> Self {
        self.add::<J>();
        self
    }

    /// Adds a queue. In one process, at most `at_once` of its jobs run at the same time.
    ///
    /// Jobs name their queue in [`Job::QUEUE`]. The workers' `concurrency` (an app's `JOBS_CONCURRENCY`)
    /// limits all queues together. Make it greater than the number of queues, so that each queue always has a
    /// slot. If it is not, the other queues leave one slot free for the default queue.
    #[must_use]
    pub fn queue(mut self, name: &'static str, at_once: usize) -> Self {
        self.queues.push((name, at_once));
        self
    }

    /// Adds a job that is enqueued at each multiple of an interval.
    ///
    /// The interval is counted from midnight of 1 January 1970, UTC.
    #[must_use]
    pub fn every<J: Job<State = S>>(
        self,
        interval: Duration,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        let name = format!("{} every {interval:?}", J::NAME);
        self.schedule(name, Times::every(interval), job)
    }

    /// Adds a job that is enqueued at the times of a cron expression.
    ///
    /// For example, `"30 8 * * MON"` with `"Europe/Berlin"` is half past eight each Monday in Berlin. Time
    /// zones have the names of the IANA's list, such as `"UTC"`.
    #[must_use]
    pub fn cron<J: Job<State = S>>(
        self,
        times: &str,
        zone: &str,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        let name = format!("{} at {times} {zone}", J::NAME);
        self.schedule(name, Times::cron(times, zone), job)
    }

    fn schedule<J: Job<State = S>>(
        mut self,
        name: String,
        times: Result<Times, String>,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        // The app may also have added the job with `job`.
        if !self
            .entries
            .iter()
            .any(|entry| entry.job == TypeId::of::<J>())
        {
            self.add::<J>();
        }
        match times {
            Ok(times) => self.schedules.push(Schedule {
                name,
                times,
                job: Arc::new(move |id| {
                    let job = job();
                    new_job(&job, id, When::In(job.delay()), StoredActor::nobody())
                }),
            }),
            Err(reason) => self.broken.push(format!("{name}: {reason}")),
        }
        self
    }

    /// Adds the jobs of another table. `state` makes that table's state from this one's.
    #[must_use]
    pub fn merge<T: JobState<Context = S::Context>>(
        mut self,
        other: Jobs<T>,
        state: impl Fn(&S) -> T + Clone + Send + Sync + 'static,
    ) -> Self {
        self.entries.extend(other.entries.into_iter().map(|entry| {
            let state = state.clone();
            Entry {
                job: entry.job,
                kind: entry.kind,
                run: Box::new(move |own, payload, run| (entry.run)(&state(own), payload, run)),
            }
        }));
        self.queues.extend(other.queues);
        self.schedules.extend(other.schedules);
        self.broken.extend(other.broken);
        self
    }

    fn add<J: Job<State = S>>(&mut self) {
        self.entries.push(Entry {
            job: TypeId::of::<J>(),
            kind: JobKind {
                name: J::NAME,
                queue: J::QUEUE,
                attempts: J::ATTEMPTS.max(1),
                timeout: J::TIMEOUT,
                backoff: J::backoff,
            },
            run: Box::new(|state, payload, run| {
                let job: Result<J, _> = serde_json::from_str(payload);
                let state = state.clone();
                // An error here is retried: during a deployment a newer version may be able to read the job.
                Box::pin(async move { job?.run(state, run).await })
            }),
        });
    }

    /// The name and the limits of each kind of job.
    pub fn kinds(&self) -> Vec<JobKind> {
        self.entries.iter().map(|entry| entry.kind).collect()
    }

    /// The queues that jobs wait in, each with its kinds.
    pub fn queues(&self) -> Vec<Queue> {
        let mut queues: Vec<Queue> = Vec::new();
        for JobKind { name, queue, .. } in self.kinds() {
            let at_once = self.queues.iter().find(|(name, _)| *name == queue);
            match queues.iter_mut().find(|known| known.name == queue) {
                Some(known) => known.kinds.push(name),
                None => queues.push(Queue {
                    name: queue,
                    at_once: at_once.map(|(_, at_once)| *at_once),
                    kinds: vec![name],
                }),
            }
        }
        queues
    }

    /// The faults of the table.
    ///
    /// These are: two jobs, queues or schedules with the same name, invalid names, queues that were not
    /// added, and times that never come.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.broken.clone();
        let mut names = HashSet::new();
        for JobKind { name, queue, .. } in self.kinds() {
            if !names.insert(name) {
                faults.push(format!(
                    "{name}: two lines have this name; a job has one line, and a NAME of its own"
                ));
            }
            if !is_name(name) || !is_name(queue) {
                faults.push(format!(
                    "{name:?} in the queue {queue:?}: a name has letters, digits and `_-.:/`"
                ));
            } else if queue != DEFAULT_QUEUE
                && !self.queues.iter().any(|(known, _)| *known == queue)
            {
                faults.push(format!(
                    "{name}: its QUEUE is {queue}, which has no line here; add `.queue({queue:?}, 2)`, \
                     where 2 says how many of its jobs run at once"
                ));
            }
        }
        let mut names = HashSet::new();
        for (name, at_once) in &self.queues {
            if !names.insert(name) {
                faults.push(format!("{name}: this queue has two lines"));
            }
            if *at_once == 0 {
                faults.push(format!(
                    "{name}: no job of this queue would ever run; `jobs pause {name}` pauses a queue for a while"
                ));
            }
        }
        let mut names = HashSet::new();
        for Schedule { name, .. } in &self.schedules {
            if !names.insert(name) {
                faults.push(format!("{name}: this schedule is listed twice"));
            }
        }
        faults
    }

    /// Gives the table the state that its jobs work with, so that workers can run them.
    ///
    /// # Errors
    ///
    /// The faults of the table, see [`Jobs::faults`].
    pub fn with(self, state: S) -> Result<Registry<S::Context>, BrokenJobs> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(BrokenJobs(faults));
        }
        let queues = self.queues();
        let kinds = self.entries.into_iter().map(|entry| {
            let state = state.clone();
            let runnable = Runnable {
                kind: entry.kind,
                run: Box::new(move |payload, run| (entry.run)(&state, payload, run)),
            };
            (entry.kind.name, runnable)
        });
        let kinds: HashMap<_, _> = kinds.collect();
        let mut names: Vec<_> = kinds.keys().copied().collect();
        names.sort_unstable();
        Ok(Registry {
            kinds,
            names,
            queues,
            schedules: Mutex::new(Schedules::new(self.schedules)),
        })
    }
}

/// Whether a name can be typed in a terminal and stored in any database.
fn is_name(name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || "_-.:/".contains(character);
    !name.is_empty() && name.chars().all(is_part)
}
