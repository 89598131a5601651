//! [`Job`]: what an app's jobs implement.

use std::sync::LazyLock;
use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::behalf;
use super::failure::Outcome;
use super::priority::Priority;
use super::queue::{self, Enqueued, New};
use super::run::Run;

/// Work that is done later. Its fields are stored as JSON until it is done: keep them small and without
/// secrets, an id rather than a row. A new version of the app reads what an older one has stored, so
/// a field that comes later has a `#[serde(default)]`.
///
/// A job runs at least once. It runs again where the process ended before it could note that it was
/// done, so what it does twice should do no harm.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// What it works with: the app's state, or [`Web`](crate::web::Web).
    type State: Clone + Send + Sync + 'static;

    /// What it is stored under, such as `send_welcome`. Renamed, those that wait are not found again.
    const NAME: &'static str;
    /// How often it is tried before it is kept as failed. With the usual backoff, ten times are spread
    /// over about an hour and a half.
    const ATTEMPTS: u32 = 10;
    /// How long one attempt may take. It ends where the job waits for something; what blocks a thread
    /// cannot be ended.
    const TIMEOUT: Duration = Duration::from_secs(60);
    /// What goes first where more is due than can be done at once.
    const PRIORITY: Priority = Priority::Normal;

    /// How long to wait after a failed attempt, of which the first is 1. A fifth more or less is added by
    /// chance, so that what failed together does not come back together.
    fn backoff(attempt: u32) -> Duration {
        exponential(attempt)
    }

    /// How long to wait before the first attempt.
    fn delay(&self) -> Duration {
        Duration::ZERO
    }

    /// While a job of this kind with the same key waits or runs, another one is not enqueued.
    fn unique_key(&self) -> Option<String> {
        None
    }

    /// Does the work. Errors are returned with `?`; `Failure::for_good` says that another try is useless.
    fn run(self, state: Self::State, run: Run) -> impl Future<Output = Outcome> + Send;

    /// Writes the job down with this connection or transaction. On behalf of whoever's request this is,
    /// or whoever's job.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    fn enqueue(
        &self,
        database: &impl ConnectionTrait,
    ) -> impl Future<Output = Result<Enqueued, DbErr>> + Send
    where
        Self: Sync,
    {
        async move {
            let id = Uuid::now_v7();
            let enqueued = queue::insert(
                database,
                New {
                    id,
                    kind: Self::NAME,
                    payload: payload(self)?,
                    priority: Self::PRIORITY,
                    delay: self.delay(),
                    unique_key: self.unique_key(),
                    behalf: behalf::current(id),
                },
            )
            .await?;
            wake_workers();
            Ok(enqueued)
        }
    }
}

/// The fields as they are stored.
pub(super) fn payload<J: Serialize>(job: &J) -> Result<String, DbErr> {
    serde_json::to_string(job).map_err(|error| DbErr::Json(error.to_string()))
}

/// Counts what is enqueued in this process, so that its workers look at once. The number belongs to no
/// app: workers of another one in the same process, as in tests, look once too often.
static ENQUEUED: LazyLock<watch::Sender<u64>> = LazyLock::new(|| watch::Sender::new(0));

pub(super) fn wake_workers() {
    ENQUEUED.send_modify(|count| *count = count.wrapping_add(1));
}

pub(super) fn enqueued() -> watch::Receiver<u64> {
    ENQUEUED.subscribe()
}

/// Ten seconds, then twice as long each time, up to an hour.
fn exponential(attempt: u32) -> Duration {
    let doubled = attempt.saturating_sub(1).min(16);
    Duration::from_secs((10_u64 << doubled).min(3600))
}
