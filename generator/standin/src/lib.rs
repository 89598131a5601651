//! A local stand-in for PostHog: `hoglet posthog` and `hoglet dev` run it.
//!
//! It answers the endpoints that SDKs and browsers call, applies PostHog's rules for persons, and shows at once what
//! PostHog would have made of the data. Nothing leaves the machine. With a state file the data survives a restart.
//! [`Server::bind`] with [`Options`] starts one.
//!
//! A request's way: [`header_limit`] → [`guard`] (is it from here?) → [`failure`] (has a test asked for trouble?) → [`body`]
//! (unwrapped to JSON) → [`intake`] or [`intake_v1`] (checked, made into [`event`]s) → [`store`] (bounded),
//! which asks [`people`] what each event does to whom and [`warnings`] what it tells of mistakes.
//!
//! - [`server`]: all routes in one place, and the life of the server
//! - [`capture`], [`capture_v1`], [`otlp`], [`evaluation`], [`definitions`], [`js`], [`surveys`]: PostHog's endpoints for
//!   events, logs and traces, flags, posthog-js and surveys
//! - [`scripts`]: posthog-js itself, which the binary carries
//! - [`people`], [`ids`], [`merging`], [`person`], [`properties`], [`lifting`]: who is who, and what is known about them
//! - [`flags`], [`flag_forms`], [`matching`]: who gets which flag
//! - [`project`]: what is set for the whole project
//! - [`api`], [`filter`], [`funnel`]: the JSON interface, for tests and for the page; described in `src/api.md`
//! - [`beside`]: the app it runs beside, in `hoglet dev`
//! - [`state`], [`saved`]: what survives a restart
//! - [`journal`]: what comes in, told in a line each
//! - [`page`]: the web page, in `src/page/`, kept up to date by server-sent events

mod api;
mod beside;
mod body;
mod capture;
mod capture_v1;
mod definitions;
mod deletion;
mod email;
mod error;
mod evaluation;
mod event;
mod exceptions;
mod failure;
mod filter;
mod flag_forms;
mod flags;
mod funnel;
mod guard;
mod header_limit;
mod ids;
mod intake;
mod intake_v1;
mod journal;
mod js;
mod json_text;
mod lifting;
mod matching;
mod merging;
mod mistakes;
mod options;
mod otlp;
mod outcome;
mod page;
mod people;
mod person;
mod project;
mod properties;
mod query;
mod refusal;
mod saved;
mod scripts;
mod server;
mod sessions;
mod standin;
mod state;
mod store;
mod surveys;
mod timestamp;
mod warning;
mod warnings;

pub use beside::Beside;
pub use error::Error;
pub use journal::{Journal, line as event_line};
pub use options::Options;
pub use server::Server;
