//! [`Context`]: what each attempt at a job gets.

use crate::posthog::PostHog;

/// What each attempt at a job gets.
#[derive(Clone)]
pub struct Context {
    /// Captures events and reads flags for the job's actor.
    pub posthog: PostHog,
}

/// One attempt at a job, as the job sees it: `run.id`, `run.attempt`, `run.posthog`, `run.jobs`.
pub type Run = hoglet_jobs::Run<Context>;

/// A table of jobs that can be run.
pub type Registry = hoglet_jobs::Registry<Context>;

/// What it takes to run jobs.
pub type Runner = hoglet_jobs::Runner<Context>;
