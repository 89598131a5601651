//! What the tests stand on: the app on a free port, browsers that keep cookies, and a PostHog that
//! writes down what reaches it.
//!
//! A test reads as a story: start the app, act as a visitor or as a user, look at the answer and at
//! the events.

mod app;
mod browser;
mod database;
mod posthog;
#[cfg(unix)]
mod process;

pub use app::{App, PASSWORD, email_of, wait_until};
pub use browser::{Answer, BROWSER, Browser};
pub use posthog::{COMPRESSED_SCRIPT, Event, Mood, StandIn};
#[cfg(unix)]
pub use process::{Process, Signal};
