//! Transactions that write, and errors of a database that does not answer.

mod transaction;
mod unavailable;

pub use transaction::begin;
pub use unavailable::is_unavailable;
