//! Hoglet from outside: HTTP in, HTTP out, and what reaches PostHog.
//!
//! The app under test is `club`, which is nobody's: it has members instead of users, so nothing here
//! can lean on what a generated app happens to call its tables and pages. Built for PostgreSQL,
//! `TEST_DATABASE_URL` says where; each test makes a schema there and drops it.

#![cfg(feature = "testing")]
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

mod club;
mod support;

#[cfg(unix)]
mod signals;

mod assets;
mod browser;
mod context;
mod cross_site;
mod delivery;
mod error_pages;
mod errors;
mod events;
mod first_touch;
mod flags;
mod forms;
mod groups;
mod health;
mod http;
mod identity;
mod losses;
mod outbox;
mod panel;
mod proxy;
mod reload;
mod security;
mod session_store;
mod sessions;
