//! A server-rendered web app that knows its users.
//!
//! `app` has everything that Hoglet must know about this app, `routes` is the table of pages, and `accounts` has
//! sign-up, log-in and everything else about accounts. Sessions, identity, errors and security belong to Hoglet,
//! in `vendor/hoglet-web/`. Its README describes the path of a request. `docs/recipes.md` explains how to add a
//! page, a table or an event.

pub mod accounts;
pub mod app;
pub mod commands;
pub mod features;
pub mod forms;
pub mod jobs;
pub mod migrations;
pub mod models;
pub mod posthog;
pub mod prelude;
pub mod routes;
pub mod settings;
pub mod state;
pub mod tokens;
pub mod view;
