//! [`Enqueuer`]: enqueues jobs for an actor, and wakes the workers of this process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::watch;

use crate::actor::StoredActor;
use crate::insert::set_actor;

/// Enqueues jobs for an actor, and wakes the workers of this process.
///
/// A process has one without an actor, which its [`Workers`](crate::Workers) listen to. A request gets a copy
/// for its own actor, see [`Enqueuer::acting_for`]. A job has one in its [`Run`](crate::Run).
#[derive(Clone, Debug, Default)]
pub struct Enqueuer {
    /// Counts the enqueued jobs. The workers look for jobs when it changes.
    count: watch::Sender<u64>,
    /// None if jobs are enqueued without an actor.
    acting: Option<Arc<Mutex<Acting>>>,
}

#[derive(Debug)]
struct Acting {
    actor: StoredActor,
    /// The jobs that were enqueued for this actor.
    enqueued: Vec<Uuid>,
}

impl Enqueuer {
    /// A copy that enqueues jobs for this actor, and wakes the same workers.
    ///
    /// Clones of the copy share its actor, see [`Enqueuer::change_actor`].
    #[must_use]
    pub fn acting_for(&self, actor: StoredActor) -> Self {
        let enqueued = Vec::new();
        Self {
            count: self.count.clone(),
            acting: Some(Arc::new(Mutex::new(Acting { actor, enqueued }))),
        }
    }

    /// The actor that jobs are enqueued for.
    pub fn actor(&self) -> StoredActor {
        self.acting()
            .map_or_else(StoredActor::nobody, |acting| acting.actor.clone())
    }

    /// Changes the actor, because the visitor of this request has become a user.
    ///
    /// Jobs that were enqueued before for the old actor get the new one. Pass the transaction that they were
    /// enqueued in.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn change_actor(
        &self,
        transaction: &impl ConnectionTrait,
        actor: StoredActor,
    ) -> Result<(), DbErr> {
        let enqueued = self.acting().map(|mut acting| {
            acting.actor = actor.clone();
            acting.enqueued.clone()
        });
        set_actor(transaction, &enqueued.unwrap_or_default(), &actor).await
    }

    /// Remembers a job that was enqueued for the actor, for [`Enqueuer::change_actor`].
    pub(crate) fn note(&self, job: Uuid) {
        if let Some(mut acting) = self.acting() {
            acting.enqueued.push(job);
        }
    }

    /// Makes the workers of this process look for jobs.
    pub(crate) fn wake_workers(&self) {
        self.count
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// A receiver that changes whenever a job is enqueued.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    fn acting(&self) -> Option<MutexGuard<'_, Acting>> {
        let acting = self.acting.as_ref()?;
        Some(acting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
