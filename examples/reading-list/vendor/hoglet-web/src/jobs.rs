//! Jobs: work that is done later, stored in the app's own database until it is done.
//!
//! The queue itself is the crate [`hoglet_jobs`], and this module re-exports its items. It also ties the
//! queue to PostHog: an attempt gets a [`Context`] with the actor's [`PostHog`](crate::posthog::PostHog), and
//! its errors are captured ([`attempts`]).

pub mod attempts;
mod context;
mod failure;
mod forget_user;

pub use hoglet_jobs::{
    AttemptOutcome, Cancelled, Enqueued, Enqueuer, Failure, Job, JobResult, JobState, Jobs,
    Priority, Unique, Workers, cancel, pause, resume,
};
pub use hoglet_jobs::{kind, list, model, upkeep};

pub use context::{Context, Registry, Run, Runner};
pub use forget_user::forget_user;
