//! Enqueues jobs.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};
use time::OffsetDateTime;

use crate::actor::StoredActor;
use crate::enqueuer::Enqueuer;
use crate::insert::{Enqueued, Kind, NewJob, OneOfMany, When, insert, insert_all};
use crate::job::Job;
use crate::unique::Unique;

impl Enqueuer {
    /// Stores a job with this connection or transaction. It is due after its [`delay`](Job::delay).
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn enqueue<J: Job>(
        &self,
        database: &impl ConnectionTrait,
        job: J,
    ) -> impl Future<Output = Result<Enqueued, DbErr>> + Send {
        let wait = job.delay();
        self.store(database, job, When::In(wait))
    }

    /// Stores a job that is due after this time. Its [`delay`](Job::delay) is ignored.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn enqueue_in<J: Job>(
        &self,
        database: &impl ConnectionTrait,
        job: J,
        wait: Duration,
    ) -> impl Future<Output = Result<Enqueued, DbErr>> + Send {
        self.store(database, job, When::In(wait))
    }

    /// Stores a job that is due at this moment by the database's clock.
    ///
    /// If the moment has passed, the job is due at once.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn enqueue_at<J: Job>(
        &self,
        database: &impl ConnectionTrait,
        job: J,
        moment: OffsetDateTime,
    ) -> impl Future<Output = Result<Enqueued, DbErr>> + Send {
        self.store(database, job, When::At(moment))
    }

    /// Stores many jobs, a thousand in one statement. Returns how many were stored.
    ///
    /// The others were not stored because a job with their unique key waits already. With [`Unique::Replace`]
    /// each job that has a key needs a statement of its own.
    ///
    /// # Errors
    ///
    /// If the database fails. In a transaction no job is stored then.
    pub async fn enqueue_all<J: Job>(
        &self,
        database: &impl ConnectionTrait,
        jobs: Vec<J>,
    ) -> Result<u64, DbErr> {
        let mut many = Vec::new();
        let mut stored = 0;
        for job in jobs {
            let unique_key = job.unique_key();
            if J::UNIQUE == Unique::Replace && unique_key.is_some() {
                stored += u64::from(self.enqueue(database, job).await? != Enqueued::Already);
                continue;
            }
            let id = Uuid::now_v7();
            self.note_one_of::<J>(id);
            many.push(OneOfMany {
                id,
                payload: payload(&job)?,
                delay: job.delay(),
                unique_key,
            });
        }
        stored += insert_all(database, Kind::of::<J>(), &self.actor_of::<J>(), many).await?;
        self.wake_workers();
        Ok(stored)
    }

    fn store<J: Job>(
        &self,
        database: &impl ConnectionTrait,
        job: J,
        when: When,
    ) -> impl Future<Output = Result<Enqueued, DbErr>> + Send {
        let new = new_job(&job, Uuid::now_v7(), when, self.actor_of::<J>());
        async move {
            let enqueued = insert(database, new?).await?;
            if let Enqueued::Now(id) | Enqueued::Replaced(id) = enqueued {
                self.note_one_of::<J>(id);
            }
            self.wake_workers();
            Ok(enqueued)
        }
    }

    fn actor_of<J: Job>(&self) -> StoredActor {
        if J::WITHOUT_ACTOR {
            StoredActor::nobody()
        } else {
            self.actor()
        }
    }

    fn note_one_of<J: Job>(&self, id: Uuid) {
        if !J::WITHOUT_ACTOR {
            self.note(id);
        }
    }
}

impl Kind {
    fn of<J: Job>() -> Self {
        Self {
            name: J::NAME,
            queue: J::QUEUE,
            priority: J::PRIORITY,
            unique: J::UNIQUE,
        }
    }
}

/// A job in the form that is stored.
pub(crate) fn new_job<J: Job>(
    job: &J,
    id: Uuid,
    when: When,
    actor: StoredActor,
) -> Result<NewJob, DbErr> {
    Ok(NewJob {
        id,
        kind: Kind::of::<J>(),
        payload: payload(job)?,
        when,
        unique_key: job.unique_key(),
        actor,
    })
}

/// A job's fields as JSON.
fn payload<J: Job>(job: &J) -> Result<String, DbErr> {
    serde_json::to_string(job).map_err(|error| DbErr::Json(error.to_string()))
}
