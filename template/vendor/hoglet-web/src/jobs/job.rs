//! [`Job`]: what an app's jobs implement.

use std::sync::LazyLock;
use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::behalf;
use super::enqueue::{Enqueued, Kind, New, OneOfMany, When, insert, insert_all};
use super::failure::Outcome;
use super::priority::Priority;
use super::run::Run;
use super::unique::Unique;

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
    /// What it works with: the app's state, or [`Web`](crate::web::Web).
    type State: Clone + Send + Sync + 'static;

    /// What it is stored under, such as `send_welcome`. Renamed, those that wait are not found again.
    const NAME: &'static str;
    /// The queue that it waits in. The table of jobs says how many jobs of a queue run at once, with
    /// [`Jobs::queue`](super::table::Jobs::queue): jobs that wait for somebody else's server have a queue
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
    /// Whether it belongs to nobody, whoever's request enqueues it. A failed job of a user is not kept
    /// once the user is deleted; one that has to be done all the same is nobody's.
    const NOBODYS: bool = false;

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
    fn run(self, state: Self::State, run: Run) -> impl Future<Output = Outcome> + Send;

    /// Writes the job down with this connection or transaction, on behalf of the person whose request or
    /// job enqueues it. It is due after its [`delay`](Job::delay).
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
        write_down(self, database, When::In(self.delay()))
    }

    /// The same, due after this time whatever its [`delay`](Job::delay) says.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    fn enqueue_in(
        &self,
        database: &impl ConnectionTrait,
        wait: Duration,
    ) -> impl Future<Output = Result<Enqueued, DbErr>> + Send
    where
        Self: Sync,
    {
        write_down(self, database, When::In(wait))
    }

    /// The same, due at this moment by the database's clock; at once where it has passed.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    fn enqueue_at(
        &self,
        database: &impl ConnectionTrait,
        moment: OffsetDateTime,
    ) -> impl Future<Output = Result<Enqueued, DbErr>> + Send
    where
        Self: Sync,
    {
        write_down(self, database, When::At(moment))
    }

    /// Writes many jobs down, a thousand in one statement. Returns how many; the others are those whose
    /// unique key waits. With [`Unique::Replace`] each job that has a key takes a statement of its own.
    ///
    /// # Errors
    ///
    /// Where the database fails. In a transaction none is written down then.
    fn enqueue_all(
        jobs: &[Self],
        database: &impl ConnectionTrait,
    ) -> impl Future<Output = Result<u64, DbErr>> + Send
    where
        Self: Sync,
    {
        async move {
            let mut many = Vec::new();
            let mut written = 0;
            for job in jobs {
                let unique_key = job.unique_key();
                if Self::UNIQUE == Unique::Replace && unique_key.is_some() {
                    written += u64::from(job.enqueue(database).await? != Enqueued::Already);
                    continue;
                }
                let id = Uuid::now_v7();
                behalf_noted::<Self>(id);
                many.push(OneOfMany {
                    id,
                    payload: payload(job)?,
                    delay: job.delay(),
                    unique_key,
                });
            }
            written += insert_all(database, kind::<Self>(), behalf_of::<Self>(), many).await?;
            wake_workers();
            Ok(written)
        }
    }
}

async fn write_down<J: Job + Sync>(
    job: &J,
    database: &impl ConnectionTrait,
    when: When,
) -> Result<Enqueued, DbErr> {
    let new = new(job, Uuid::now_v7(), when, behalf_of::<J>())?;
    let enqueued = insert(database, new).await?;
    if let Enqueued::Now(id) | Enqueued::Replaced(id) = enqueued {
        behalf_noted::<J>(id);
    }
    wake_workers();
    Ok(enqueued)
}

/// A job as it is written down.
pub(super) fn new<J: Job>(
    job: &J,
    id: Uuid,
    when: When,
    behalf: Option<String>,
) -> Result<New, DbErr> {
    Ok(New {
        id,
        kind: kind::<J>(),
        payload: payload(job)?,
        when,
        unique_key: job.unique_key(),
        behalf,
    })
}

fn kind<J: Job>() -> Kind {
    Kind {
        name: J::NAME,
        queue: J::QUEUE,
        priority: J::PRIORITY,
        unique: J::UNIQUE,
    }
}

fn behalf_of<J: Job>() -> Option<String> {
    if J::NOBODYS { None } else { behalf::current() }
}

fn behalf_noted<J: Job>(id: Uuid) {
    if !J::NOBODYS {
        behalf::note(id);
    }
}

/// The fields as they are stored.
fn payload<J: Serialize>(job: &J) -> Result<String, DbErr> {
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
