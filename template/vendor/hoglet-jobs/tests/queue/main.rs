//! Tests the queue in an app that has only jobs.
#![expect(
    clippy::unwrap_used,
    reason = "a test that fails by unwrapping says where and why"
)]

mod actors;
mod app;
mod attempts;
mod claims;
mod workers;
