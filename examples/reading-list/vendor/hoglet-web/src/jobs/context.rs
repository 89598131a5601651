//! [`Context`]: the data that each attempt at a job gets from this crate.

use crate::posthog::PostHog;

/// The data that each attempt at a job gets from this crate.
#[derive(Clone)]
pub struct Context {
    /// Captures events and reads flags for the job's actor.
    pub posthog: PostHog,
}

/// One attempt at a job, as the job sees it: `run.id`, `run.attempt`, `run.posthog`, `run.jobs`.
pub type Run = hoglet_jobs::Run<Context>;

/// A table of jobs that can be run.
pub type Registry = hoglet_jobs::Registry<Context>;

/// Runs jobs with this context.
pub type Runner = hoglet_jobs::Runner<Context>;
