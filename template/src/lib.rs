//! A server-rendered web app that knows its users.
//!
//! `app` builds what handlers share and stacks the layers, `routes` is the table of pages, `accounts`
//! makes and enters accounts. What every app needs and must be right is in `vendor/hoglet-web/`: sessions,
//! identity, delivery of events, errors, security. Its README says how a request goes through; the
//! README beside this folder says where things are, and `docs/recipes.md` how a page, a table or an event is added.

pub mod accounts;
pub mod app;
pub mod commands;
pub mod current_user;
pub mod demo;
pub mod forms;
pub mod jobs;
pub mod migrations;
pub mod models;
pub mod posthog;
pub mod routes;
pub mod settings;
pub mod state;
pub mod tokens;
pub mod view;
