//! The queue, in an app that has nothing else.
#![expect(
    clippy::unwrap_used,
    reason = "a test that fails by unwrapping says where and why"
)]

mod actors;
mod app;
mod attempts;
mod claims;
mod workers;
