//! [`Run`]: one attempt at a job, as the job sees it.

use sea_orm::prelude::Uuid;

use crate::posthog::PostHog;

/// One attempt at a job.
#[derive(Clone)]
pub struct Run {
    /// The job's id. The same in every attempt: what it does elsewhere can be recognized by it.
    pub id: Uuid,
    /// The first is 1.
    pub attempt: u32,
    /// Captures events, and reads flags, on behalf of the person whose request has enqueued the job.
    pub posthog: PostHog,
}
