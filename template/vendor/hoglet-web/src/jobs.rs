//! Jobs: work that is done later, kept in the app's own database until it is done.
//!
//! A [`Job`] is a struct with what it needs to know, and a `run`. `enqueue` writes it down with the
//! connection or transaction that it is given: rolled back, it was never there; committed, it is done
//! at least once, whatever becomes of the process. An app lists its jobs, and the times at which some
//! of them come by themselves, in one table, [`Jobs`].
//!
//! # How it flows
//!
//! [`enqueue`] writes jobs down. [`workers`] look for what is due in each queue and share this process's
//! places out among them. A job is *claimed* ([`claim`]) for as long as a lease lasts, which its process
//! extends while it works; only with the lease can a process say what became of the job. An
//! [`attempt`](mod@attempt) runs it within its bounds. [`schedules`] enqueue what is due by the clock, each
//! time once, whatever number of processes there is. [`behalf`] keeps whose request a job comes from.
//!
//! [`upkeep`], [`list`] and [`forget`] look after what waits and what has failed, and [`unreadable`] after
//! rows that cannot be read.

pub mod attempt;
pub mod behalf;
pub mod claim;
pub mod enqueue;
pub mod failure;
pub mod forget;
pub mod job;
pub mod list;
pub mod model;
mod places;
pub mod priority;
pub mod run;
pub mod schedules;
mod sql;
pub mod table;
mod tell;
mod tidy;
pub mod unique;
pub mod unreadable;
pub mod upkeep;
pub mod workers;

pub use enqueue::Enqueued;
pub use failure::{Failure, Outcome};
pub use forget::forget_user;
pub use job::Job;
pub use priority::Priority;
pub use run::Run;
pub use table::{Jobs, Registry};
pub use unique::Unique;
pub use upkeep::{Cancelled, cancel, pause, resume};
pub use workers::Workers;
