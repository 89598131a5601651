//! Hoglet from outside: HTTP requests, HTTP answers, and the events that reach PostHog.
//!
//! The app under test is `club`, which is not a generated app. It has members instead of users, so
//! no test here can rely on the names of tables and pages in a generated app. For PostgreSQL,
//! `TEST_DATABASE_URL` names the server; each test creates a schema there and drops it.

#![cfg(feature = "testing")]
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

mod club;
mod support;

mod aliases;
mod assets;
mod before_send;
mod browser;
mod claims;
mod context;
mod cross_site;
mod deletion;
mod delivery;
mod error_pages;
mod errors;
mod events;
mod exceptions;
mod first_touch;
mod flag_reading;
mod flags;
mod flash;
mod form_messages;
mod forms;
mod groups;
mod hanging;
mod health;
mod hosts;
mod http;
mod identity;
mod inputs;
mod job_queues;
mod job_rows;
mod jobs;
mod layers;
mod linking;
mod listing;
mod load;
mod log_in;
mod losses;
mod mail;
mod mail_headers;
mod mail_page;
mod mail_server;
mod mail_timeouts;
mod migrations;
mod opt_out;
mod outbox;
mod panel;
mod proxy;
mod reload;
mod route_table;
mod schedules;
mod security;
mod session_store;
mod sessions;
mod settings;
mod specification;
mod templates;
mod throttle;
mod tokens;
mod turned_away;
mod whereabouts;
#[cfg(feature = "sqlite")]
mod write_ahead_log;

// These tests end processes by signals, and the club's binary is a shell script.
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod job_commands;
#[cfg(unix)]
mod job_processes;
#[cfg(unix)]
mod kills;
#[cfg(unix)]
mod logging;
#[cfg(unix)]
mod mail_processes;
#[cfg(unix)]
mod outgoing;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod secret_paths;
#[cfg(unix)]
mod signals;
