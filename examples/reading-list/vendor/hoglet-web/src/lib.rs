//! The parts of a web app that must be right and are the same for every app.
//!
//! # An app
//!
//! An app is a type with the trait [`App`](app::App): its settings, pages, jobs, templates and flags.
//! [`cli::run`] runs its commands, `serve` among them.
//!
//! # A request
//!
//! [`server`] accepts the connection. [`layers::around`] puts the layers around the app's pages. They
//! refuse requests for other hosts and from other sites, load the session and find the identity. They also
//! capture errors, and turn them into pages. The command `layers` prints all of them in order.
//!
//! The arguments of a handler are a [`Visit`](visit::Visit) (the request, its session, its identity and
//! its PostHog) and a [`Page`](page::Page), which renders templates. It returns a
//! [`Result`](error::Result): `?` turns any error into a page.
//!
//! Work that can wait, or must not be lost, is a [job](jobs). It is enqueued in the transaction that needs
//! it, and keeps the actor of the request. Mails are sent in jobs, see [`mail`].
//!
//! # Modules
//!
//! Arrows point one way: `cli` and `testing` → `app` → `layers`, `visit`, `page` → [`Web`](web::Web) →
//! its parts (`session`, `mail`, `views` …) → `settings`, `error` and `package`. PostHog and jobs are
//! crates of their own: `hoglet-posthog` and `hoglet-jobs`.
//!
//! Many functions return a `BoxFuture` instead of being `async`. An `async fn` is compiled where it is
//! awaited, so an app would compile its layers and its log-in again after each change of its own code.

// `println!` panics when the reader closes the pipe. Commands print with `cli::print_line`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod account_deletion;
pub mod account_mail;
mod actor;
pub mod app;
pub mod assets;
pub mod chain;
pub mod cli;
pub mod compression;
pub mod cookies;
pub mod current_user;
pub mod database;
pub mod email;
pub mod error;
pub mod error_pages;
pub mod error_text;
pub mod feature;
pub mod files;
mod first_touch;
pub mod forms;
pub mod handlers;
pub mod health;
pub mod housekeeping;
pub mod jobs;
pub mod layers;
pub mod listing;
pub mod local_path;
pub mod logging;
pub mod mail;
pub mod media_type;
pub mod migrations;
pub mod outbox;
pub mod package;
pub mod page;
pub mod panics;
pub mod passwords;
pub mod person_deletion;
mod plain_page;
pub mod posthog;
pub mod prelude;
mod reload;
pub mod request;
pub mod routes;
pub mod row_id;
pub mod secret_paths;
pub mod security;
pub mod sends_mail;
pub mod server;
pub mod session;
pub mod settings;
mod signals;
mod system;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod throttle;
mod timestamp;
pub mod tokens;
pub mod users;
pub mod views;
pub mod visit;
pub mod visitor;
pub mod visitor_link;
pub mod web;
