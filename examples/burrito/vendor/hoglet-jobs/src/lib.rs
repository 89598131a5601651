//! Background jobs and schedules on SeaORM.
//!
//! A [`Job`] is a type with the fields that it needs and a method `run`. [`Enqueuer::enqueue`] stores it,
//! with a connection or a transaction. If the transaction is rolled back, there is no job. If it is
//! committed, the job runs at least once, even if the process dies. An app lists its jobs and schedules in
//! one table, [`Jobs`].
//!
//! # How a job flows
//!
//! An [`Enqueuer`] stores jobs for a [`StoredActor`], the person they are done for, and wakes the [`Workers`]
//! of this process. Workers look for due jobs in each queue. They share the process's slots (how many jobs it
//! runs at once) among the queues. A worker claims a job for the time of a lease, and extends the lease while
//! the job runs: only the holder of the lease can store how the job ended. An attempt runs the job within its
//! limits. An app's [`Hooks`] give the attempt its context and report its errors. Schedules enqueue jobs at
//! their times: once each time, however many processes there are.
//!
//! [`upkeep`], [`list`] and [`forget`](fn@forget) manage waiting and failed jobs. Rows that cannot be read are
//! marked as failed.

mod actor;
mod attempt;
mod claim;
pub mod database;
mod due;
mod enqueue;
mod enqueuer;
mod failure;
mod forget;
pub mod hooks;
mod insert;
mod job;
pub mod kind;
mod lease;
pub mod list;
pub mod migrations;
pub mod model;
mod priority;
mod registry;
mod results;
mod run;
mod run_due;
mod runner;
mod running_job;
mod schedules;
mod slots;
mod sql;
mod state;
mod table;
mod tidy;
mod unique;
mod unreadable;
pub mod upkeep;
mod wanted;
mod work;
mod workers;

pub use actor::StoredActor;
pub use attempt::AttemptOutcome;
pub use enqueuer::Enqueuer;
pub use failure::{Failure, JobResult};
pub use forget::forget;
pub use hooks::Hooks;
pub use insert::Enqueued;
pub use job::Job;
pub use priority::Priority;
pub use registry::Registry;
pub use run::Run;
pub use runner::Runner;
pub use state::JobState;
pub use table::{BrokenJobs, Jobs};
pub use unique::Unique;
pub use upkeep::{Cancelled, cancel, pause, resume};
pub use workers::Workers;
