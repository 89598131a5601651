//! The vocabulary of the tests: actions of users, and assertions.
//!
//! More of it is in `hoglet_web::testing`: `app.mails_to(ANN)`, `app.let_time_pass(HOUR)`,
//! `app.event("user_signed_up")`. Each test file begins with `use crate::support::*`.

use std::time::Duration;

use hoglet_web::testing::TestApp;

pub use app::routes::next::AFTER_LOG_IN;
pub use hoglet_web::testing::{Answer, BROWSER, Browser, Event, Reply};

pub use answers::{assert_gone, assert_hides, assert_refused, assert_shows, assert_throttled};
pub use links::{CONFIRM, LOG_IN, LinkByMail, RESET};
pub use users::{Accounts, UserActions};

mod answers;
pub mod commands;
mod links;
mod users;

/// The app on a free port, with its own database and a recorder as PostHog.
pub type App = TestApp<app::app::App>;

pub const ANN: &str = "ann@example.com";
pub const BOB: &str = "bob@example.com";
pub const LEE: &str = "lee@example.com";

/// The password of every user.
pub const PASSWORD: &str = "a sentence is fine";
/// The password that a user changes to.
pub const NEW_PASSWORD: &str = "another sentence";

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

/// An app, and a browser in which Ann has just signed up.
pub async fn app_with_ann() -> (App, Browser) {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    (app, ann)
}
