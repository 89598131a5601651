//! Entities and their queries: one file a table.

pub mod user;
