//! For tests, with the feature `testing`: an app on a free port, browsers that keep cookies, and a
//! PostHog that records requests.
//!
//! A test reads as a story: start the app, act as a visitor or as a user, look at the answer and at
//! the events.
//!
//! ```no_run
//! # use hoglet_web::app::App;
//! # async fn story<A: App>() {
//! use hoglet_web::testing::TestApp;
//!
//! let app = TestApp::<A>::start().await;
//! let browser = app.browser();
//! assert_eq!(browser.get("/").await.status, 200);
//! assert!(app.events().await.is_empty());
//! # }
//! ```
//!
//! The functions here panic if something fails. In a test, the panic is the message that it failed.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

pub mod app;
pub mod browser;
pub mod checks;
pub mod database;
mod forms;
mod mailbox;
pub mod posthog;
#[cfg(unix)]
pub mod process;
mod rows;
mod variables;
pub mod wait;

pub use app::{Ran, TestApp};
pub use browser::{Answer, BROWSER, Browser};
pub use forms::{Fields, next_page, with_field};
pub use posthog::{COMPRESSED_SCRIPT, Event, Recorded, Recorder, Reply};
#[cfg(unix)]
pub use process::{Binary, EndedProcess, Process, Signal};
pub use wait::wait_until;
