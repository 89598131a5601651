//! [`Run`]: one attempt at a job, as the job sees it.

use std::ops::Deref;

use sea_orm::prelude::Uuid;

use crate::enqueuer::Enqueuer;

/// One attempt at a job, as the job sees it.
///
/// It dereferences to its context: `run.posthog` is `run.context.posthog`.
#[derive(Clone, Debug)]
pub struct Run<C = ()> {
    /// The job's id, the same in every attempt. Use it if another service must recognize a repeated call.
    pub id: Uuid,
    /// Counts from 1.
    pub attempt: u32,
    /// Enqueues more jobs, for the same actor.
    pub jobs: Enqueuer,
    /// The context that the app's [`Hooks`](crate::Hooks) have made for this attempt.
    pub context: C,
}

impl<C> Deref for Run<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.context
    }
}
