//! The app from outside, one file a page or a theme: HTTP in, HTTP out, and what reaches PostHog.
//!
//! `hoglet_web::testing` starts the app on a free port, with a database of its own and a stand-in for
//! PostHog. `cargo test` runs everything; `cargo test --test web login` one file. Built for PostgreSQL,
//! `TEST_DATABASE_URL` says where; each test makes a schema there and drops it.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

mod support;

mod change_email;
mod commands;
mod confirm_email;
mod deletion;
mod demo;
mod error_page;
mod events;
mod forgot_password;
mod forms;
mod home;
mod link_gone;
mod links;
mod login;
mod login_link;
mod logout;
mod mailed;
mod mailed_again;
mod messages;
mod migrations;
mod next;
mod opt_out;
mod password;
mod prepared;
mod profile;
mod reset_password;
mod routes;
mod sessions;
mod settings;
mod signup;
mod signup_form;
mod templates;
mod too_many_tries;
mod user_commands;
mod without_mail;
