//! [`Hooks`]: the app's code that runs before and after each attempt at a job.

use std::future::ready;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use sea_orm::prelude::Uuid;
use tracing::Span;

use crate::actor::StoredActor;
use crate::failure::Failure;

/// An attempt that is about to begin.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The job's id.
    pub id: Uuid,
    /// The job's [`NAME`](crate::Job::NAME).
    pub job: String,
    /// Counts from 1.
    pub number: u32,
    /// How often the job is tried at most.
    pub max: u32,
    /// The person the job is done for.
    pub actor: StoredActor,
}

/// The result of [`Hooks::begin`].
pub struct AttemptStart<C> {
    /// The context that the job gets in its [`Run`](crate::Run).
    pub context: C,
    /// Whether the actor still exists.
    pub actor: ActorStatus,
}

/// Whether a job's actor still exists when an attempt begins.
#[derive(Debug)]
pub enum ActorStatus {
    /// The actor exists, or the job has none.
    Exists,
    /// The actor was deleted. If their job fails for the last time, it is not kept.
    Deleted,
    /// The app could not find out, because of this failure. The attempt fails with it.
    Unknown(Failure),
}

/// The app's code that runs before and after each attempt at a job. `()` does nothing.
pub trait Hooks<C>: Send + Sync + 'static {
    /// The span that the attempt's log lines belong to.
    fn span(&self, attempt: &Attempt) -> Span {
        tracing::error_span!(
            "job",
            job = attempt.job,
            job_id = %attempt.id,
            attempt = attempt.number
        )
    }

    /// Makes the context of an attempt from its actor. Runs within the span.
    fn begin<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, AttemptStart<C>>;

    /// Reports an unexpected error, for example to an error tracker.
    ///
    /// Called only if the first or the last attempt at a job fails.
    fn report(&self, _context: &C, _error: &Arc<Cause>) {}
}

impl Hooks<()> for () {
    fn begin<'a>(&'a self, _: &'a Attempt) -> BoxFuture<'a, AttemptStart<()>> {
        Box::pin(ready(AttemptStart {
            context: (),
            actor: ActorStatus::Exists,
        }))
    }
}
