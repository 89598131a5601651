//! Entities and their queries: one file a table, and its `mod` line here.

pub mod user;
