//! A local stand-in for PostHog: `hoglet posthog` and `hoglet dev` run it.
//!
//! It answers the endpoints that SDKs and browsers call, applies PostHog's rules for persons, and shows the result at once.
//! No data leaves the machine. With a state file the data survives a restart. [`Server::bind`] with [`Options`] starts a
//! stand-in.
//!
//! A request passes [`layers`] and reaches one of PostHog's own [`endpoints`], which reads it with [`wire`] into events. The
//! [`store`] keeps a limited number of events. For each event, [`people`] updates the persons, and [`warnings`] detects
//! mistakes. [`flags`] evaluates feature flags.
//!
//! - [`server`]: all routes in one place, and the start and end of the server
//! - [`api`]: the JSON interface, for tests and for the page; `src/api.md` describes it
//! - [`page`]: the web page, in `src/page/`; server-sent events keep it up to date
//! - [`failures`]: failures that a test asks for
//! - [`scripts`]: posthog-js, which is embedded in this crate
//! - [`beside`]: the app that runs beside the stand-in, in `hoglet dev`
//! - [`state`]: the data that survives a restart
//! - [`journal`]: a line for each event that arrives, for a terminal

mod api;
mod beside;
mod endpoints;
mod error;
mod event;
mod failures;
mod flags;
mod journal;
mod json_text;
mod layers;
mod options;
mod page;
mod people;
mod scripts;
mod server;
mod standin;
mod state;
mod store;
mod timestamp;
mod warnings;
mod wire;

pub use beside::Beside;
pub use error::Error;
pub use journal::{Journal, line as event_line};
pub use options::Options;
pub use server::Server;
