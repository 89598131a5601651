//! Jobs: work that is done later, kept in the app's own database until it is done.
//!
//! A [`Job`] is a struct with what it needs to know, and a `run`. `enqueue` writes it down with the
//! connection or transaction that it is given: rolled back, it was never there; committed, it is done
//! at least once, whatever becomes of the process. An app lists its jobs, and the times at which some
//! of them come by themselves, in one table, [`Jobs`].
//!
//! # How it flows
//!
//! [`queue`] holds the statements: a job is *claimed* for as long as a lease lasts, which its process
//! extends while it works, and only who holds the lease may say what became of it. [`workers`] claim
//! what is due, run it within its bounds, and wait for more. [`schedules`] enqueue what is due by the
//! clock, each time once, whatever number of processes there is. [`behalf`] keeps whose request a job
//! comes from.

pub mod attempt;
pub mod behalf;
pub mod failure;
pub mod job;
pub mod model;
pub mod priority;
pub mod queue;
pub mod run;
pub mod schedules;
pub mod table;
pub mod workers;

pub use failure::{Failure, Outcome};
pub use job::Job;
pub use priority::Priority;
pub use queue::Enqueued;
pub use run::Run;
pub use table::{Jobs, Registry};
pub use workers::Workers;
