//! Entities and their queries: one file a table.

pub mod log_in_failure;
pub mod session;
pub mod user;
pub mod visitor_link;
