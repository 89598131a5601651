//! Tests the queue in an app that has only jobs.
#![expect(
    clippy::unwrap_used,
    reason = "a test that fails by unwrapping says where and why"
)]

mod app;
mod bakery;
mod database;

mod actors;
mod attempts;
mod cancelling;
mod claims;
mod due;
mod rows;
mod schedules;
mod table;
mod unique;
mod workers;
