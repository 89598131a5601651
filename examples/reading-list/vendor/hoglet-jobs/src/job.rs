//! [`Job`]: the trait that an app's jobs implement.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::JobResult;
use crate::priority::Priority;
use crate::run::Run;
use crate::state::JobState;
use crate::unique::Unique;

/// The queue of jobs that name no other.
pub const DEFAULT_QUEUE: &str = "default";

/// Work that is done later.
///
/// Its fields are stored as JSON until it is done. Keep them small and without secrets: an id rather than a
/// row. A new version of the app reads jobs of an older version, so give new fields a `#[serde(default)]`. A
/// job that an older version cannot read is tried again later, like any job that fails.
///
/// A job runs at least once. It runs again if the process ended before it could store that the job was done, so
/// make repeated work harmless.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// The app's state, which the job works with.
    type State: JobState;

    /// The name that it is stored under, such as `send_welcome`.
    ///
    /// If you change it, jobs that wait under the old name are not run.
    const NAME: &'static str;
    /// The queue that it waits in.
    ///
    /// [`Jobs::queue`](crate::Jobs::queue) limits how many jobs of a queue run at once. Give jobs that wait
    /// for another company's server a queue of their own, so that they do not delay other jobs while that
    /// server is slow.
    const QUEUE: &'static str = DEFAULT_QUEUE;
    /// How often it is tried before it is kept as failed.
    ///
    /// With the default backoff ten attempts take about an hour and a half.
    const ATTEMPTS: u32 = 10;
    /// How long one attempt may take.
    ///
    /// The attempt is ended at an `await`. A job that blocks its thread cannot be ended.
    const TIMEOUT: Duration = Duration::from_secs(60);
    /// Which jobs of a queue run first if more are due than can run at once.
    ///
    /// Lower priorities come first in some claims, however many jobs of a higher priority there are.
    const PRIORITY: Priority = Priority::Normal;
    /// What happens if a job with the same [`unique_key`](Job::unique_key) waits.
    const UNIQUE: Unique = Unique::Keep;
    /// Whether it is always stored without a [`StoredActor`](crate::StoredActor).
    ///
    /// A user's failed jobs are removed when the user is deleted. A job that must be done all the same needs
    /// `true`.
    const WITHOUT_ACTOR: bool = false;

    /// How long to wait after a failed attempt. The first attempt is 1.
    ///
    /// The wait is then made up to a fifth longer or shorter at random, so that jobs that failed together are
    /// not retried together.
    fn backoff(attempt: u32) -> Duration {
        exponential(attempt)
    }

    /// How long to wait before the first attempt.
    fn delay(&self) -> Duration {
        Duration::ZERO
    }

    /// A key that makes the job unique: of all jobs of this kind with the same key, at most one waits.
    ///
    /// At most one runs too. A job that is enqueued while another one runs begins after the other one has
    /// ended.
    fn unique_key(&self) -> Option<String> {
        None
    }

    /// Does the work. Return errors with `?`.
    ///
    /// Return `Failure::for_good` if another try is of no use, and `Failure::later` if it is too early.
    fn run(
        self,
        state: Self::State,
        run: Run<<Self::State as JobState>::Context>,
    ) -> impl Future<Output = JobResult> + Send;
}

/// The default backoff: ten seconds, then twice as long each time, up to an hour.
fn exponential(attempt: u32) -> Duration {
    let doubled = attempt.saturating_sub(1).min(16);
    Duration::from_secs((10_u64 << doubled).min(3600))
}
