//! The app from outside, one file a page: HTTP in, HTTP out, and what reaches PostHog.
//!
//! `hoglet_web::testing` starts the app on a free port, with a database of its own and a stand-in for
//! PostHog. `cargo test` runs everything; `cargo test --test web login` one page. Built for PostgreSQL,
//! `TEST_DATABASE_URL` says where; each test makes a schema there and drops it.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

mod support;

mod demo;
mod home;
mod login;
mod logout;
mod opt_out;
mod profile;
mod signup;
