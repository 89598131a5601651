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
//! of this process. Workers look for due jobs in each queue. They share the process's places (how many jobs it
//! runs at once) among the queues. A worker [claims](claim) a job for the time of a lease, and extends the
//! lease while the job runs: only the holder of the lease can store how the job ended. An
//! [attempt](mod@attempt) runs the job within its limits. An app's [`Hooks`] give the attempt its context and
//! report its errors. [`schedules`] enqueues jobs at their times: once each time, however many processes
//! there are.
//!
//! [`upkeep`], [`list`] and [`forget`](mod@forget) manage waiting and failed jobs. [`unreadable`] marks rows
//! that cannot be read as failed.

pub mod actor;
pub mod attempt;
pub mod claim;
pub mod database;
pub mod due;
mod enqueue;
pub mod enqueuer;
pub mod failure;
pub mod forget;
pub mod hooks;
pub mod insert;
pub mod job;
pub mod kind;
pub mod lease;
pub mod list;
pub mod migrations;
pub mod model;
mod places;
pub mod priority;
pub mod registry;
mod results;
pub mod run;
mod run_due;
pub mod runner;
mod running_job;
pub mod schedules;
mod sql;
pub mod state;
pub mod table;
mod tidy;
pub mod unique;
pub mod unreadable;
pub mod upkeep;
pub mod wanted;
mod work;
pub mod workers;

pub use actor::StoredActor;
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
pub use table::Jobs;
pub use unique::Unique;
pub use upkeep::{Cancelled, cancel, pause, resume};
pub use workers::Workers;
