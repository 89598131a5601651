//! The app from outside, one file a page: HTTP in, HTTP out, and what reaches PostHog.
//!
//! `support` starts the app on a free port, with a database of its own and a stand-in for PostHog.
//! `cargo test` runs everything; `cargo test --test web burrito` one page. Built for PostgreSQL,
//! `TEST_DATABASE_URL` says where; each test makes a schema there and drops it.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

mod support;

// Pages.
mod burrito;
mod commands;
mod dashboard;
mod group_analytics;
mod health;
mod home;
mod login;
mod logout;
mod opt_out;
mod profile;
mod signup;
mod trigger_error;

// What stands around them.
mod assets;
mod browser;
mod context;
mod delivery;
mod error_pages;
mod errors;
mod events;
mod first_touch;
mod flags;
mod forms;
mod groups;
mod identity;
mod load;
#[cfg(unix)]
mod logging;
mod migrations;
mod outbox;
mod panel;
#[cfg(unix)]
mod processes;
mod proxy;
mod reload;
mod security;
mod sessions;
mod settings;
