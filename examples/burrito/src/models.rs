//! Entities and their queries: one file a table.

pub mod attempt;
pub mod session;
pub mod user;
pub mod visitor_link;
