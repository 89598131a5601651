//! A server-rendered web app that knows its users.
//!
//! `cli` reads the command, `settings` the environment, `app` builds everything once and stacks the
//! layers, `routes` is the table of pages. A request passes `request` (id, address), `security`
//! (headers), `session_layer`, `posthog::identity` (who is this) and reaches its handler in
//! `routes/`. On the way out `error_pages` turns errors into pages.

pub mod app;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod compression;
pub mod cookies;
pub mod database;
pub mod error;
pub mod error_pages;
pub mod forms;
pub mod housekeeping;
pub mod logging;
pub mod mask;
pub mod migrations;
pub mod models;
pub mod panics;
pub mod passwords;
pub mod posthog;
pub mod reload;
pub mod request;
pub mod routes;
pub mod security;
pub mod server;
pub mod session;
pub mod session_layer;
pub mod session_store;
pub mod settings;
pub mod stack;
pub mod view;
pub mod visitor;
