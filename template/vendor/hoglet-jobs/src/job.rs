//! [`Job`]: what an app's jobs implement.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::JobResult;
use crate::priority::Priority;
use crate::run::Run;
use crate::state::JobState;
use crate::unique::Unique;

/// The queue of jobs that name none.
pub const DEFAULT_QUEUE: &str = "default";

/// Work that is done later. Its fields are stored as JSON until it is done: keep them small and without
/// secrets, an id rather than a row. A new version of the app reads what an older one has stored, so
/// a field that comes later has a `#[serde(default)]`. What an older version cannot read it tries again
/// later, like any job that fails.
///
/// A job runs at least once. It runs again where the process ended before it could note that it was
/// done, so what it does twice should do no harm.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// What it works with: the app's state.
    type State: JobState;

    /// What it is stored under, such as `send_welcome`. Renamed, those that wait are not found again.
    const NAME: &'static str;
    /// The queue that it waits in. The table of jobs says how many jobs of a queue run at once, with
    /// [`Jobs::queue`](crate::table::Jobs::queue): jobs that wait for somebody else's server have a queue
    /// of their own, so that they do not hold the others up while it is slow.
    const QUEUE: &'static str = DEFAULT_QUEUE;
    /// How often it is tried before it is kept as failed. With the usual backoff, ten times are spread
    /// over about an hour and a half.
    const ATTEMPTS: u32 = 10;
    /// How long one attempt may take. It ends where the job waits for something; what blocks a thread
    /// cannot be ended.
    const TIMEOUT: Duration = Duration::from_secs(60);
    /// What goes first where more is due in a queue than can be done at once. The others have their
    /// turn now and then, however much of a higher priority there is.
    const PRIORITY: Priority = Priority::Normal;
    /// What becomes of it where another one with its [`unique_key`](Job::unique_key) waits.
    const UNIQUE: Unique = Unique::Keep;
    /// Whether it has no actor, whatever enqueues it. A failed job of a user is not kept once the user is
    /// deleted; a job that has to be done all the same has no actor.
    const WITHOUT_ACTOR: bool = false;

    /// How long to wait after a failed attempt, of which the first is 1. A fifth more or less is added by
    /// chance, so that what failed together does not come back together.
    fn backoff(attempt: u32) -> Duration {
        exponential(attempt)
    }

    /// How long to wait before the first attempt.
    fn delay(&self) -> Duration {
        Duration::ZERO
    }

    /// Of the jobs of this kind with the same key one waits at most, and one runs at most. What is enqueued
    /// while another one runs begins after that one's end.
    fn unique_key(&self) -> Option<String> {
        None
    }

    /// Does the work. Errors are returned with `?`; `Failure::for_good` says that another try is useless,
    /// and `Failure::later` that it is too early.
    fn run(
        self,
        state: Self::State,
        run: Run<<Self::State as JobState>::Context>,
    ) -> impl Future<Output = JobResult> + Send;
}

/// Ten seconds, then twice as long each time, up to an hour.
fn exponential(attempt: u32) -> Duration {
    let doubled = attempt.saturating_sub(1).min(16);
    Duration::from_secs((10_u64 << doubled).min(3600))
}
