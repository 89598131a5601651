//! What every Hoglet app stands on: what must be right, and is the same for everybody.
//!
//! # A request's way through
//!
//! [`server`] takes the connection. [`request`] gives the request its id and finds out where it came
//! from, and whether it is for this app at all; a path that holds a token gets a mask there, see [`secret_paths`]. [`logging`] opens its
//! span, [`security`] answers for its headers and its origin. Pages come behind [`cookies`] and
//! [`session`]; [`layers::identify`] says whose request it is. Then the app's handler runs: its
//! arguments are a [`Visit`](visit::Visit) (who is asking, and all that belongs to them), a
//! [`Page`](page::Page) to answer with, and [`PostHog`](posthog::PostHog) to say what
//! happened. On the way out [`layers::capture_errors`] captures what went wrong and [`error_pages`]
//! makes a page of it.
//!
//! What need not be done at once, or must not be lost, is a [job](jobs): it is enqueued with the
//! transaction that needs it, and done by a worker, on behalf of the same person. [`mail`] is sent that
//! way.
//!
//! # What an app brings
//!
//! An app is a type with the trait [`App`](app::App): its settings, its commands, its routes, its jobs, and
//! [`Parts`](web::Parts) with what Hoglet must know of it: who its users are, its templates, its
//! flags, what every page knows and what every event carries. [`cli::run`] does the rest.
//!
//! # How the modules stand
//!
//! Arrows point one way: `cli` and `testing` → `app` → `layers`, `error_pages` and what handlers take (`visit`, `page`) → [`Web`](web::Web), which holds the
//! parts → the parts themselves → `settings`, `error` and `package`.

//! # Boxed futures
//!
//! An `async fn` is compiled where it is awaited. An app would compile its layers, its log-in and its database queries again
//! with each change of its own. Functions that return a `BoxFuture` are compiled once, in this crate.

// `println!` panics where nobody reads on: commands print with `cli::print_line`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod actor;
pub mod app;
pub mod assets;
pub mod cli;
pub mod compression;
pub mod cookies;
pub mod database;
pub mod email;
pub mod error;
pub mod error_pages;
pub mod error_text;
pub mod files;
mod first_touch;
pub mod forms;
pub mod handlers;
pub mod health;
pub mod housekeeping;
pub mod jobs;
pub mod layers;
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
mod reload;
pub mod request;
pub mod routes;
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
