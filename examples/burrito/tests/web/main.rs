//! Tests of the app from outside, one file per page or theme.
//!
//! They check the answers to requests, and the events that reach PostHog.
//!
//! `hoglet_web::testing` starts the app on a free port, with a database of its own and a stand-in for
//! PostHog. `support` has the vocabulary. `cargo test` runs all tests, and `cargo test --test web login` those with
//! `login` in their names. If the app is built for PostgreSQL, `TEST_DATABASE_URL` names a server. Each test creates
//! a schema there and drops it.
//!
//! Tests that expect events are ignored in an app without PostHog (`--no-default-features --features sqlite`).

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

mod change_email;
mod checks;
mod commands;
mod confirm_email;
mod dead_links;
mod deletion;
mod demo;
mod error_page;
mod events;
mod forgot_password;
mod forms;
mod home;
mod login;
mod login_link;
mod logout;
mod next;
mod opt_out;
mod password;
mod pre_hijacking;
mod profile;
mod resent_mails;
mod reset_password;
mod sessions;
mod signup;
mod support;
mod templates;
mod throttles;
mod user_commands;
mod without_mail;
