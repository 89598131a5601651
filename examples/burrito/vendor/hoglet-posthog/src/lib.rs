//! PostHog for any axum app: events, flags and errors of the right person. No request waits for PostHog.
//!
//! ```no_run
//! use axum::{Router, middleware::from_fn_with_state, routing::get};
//! use hoglet_posthog::{App, Client, Environment, PostHog, Settings, layer};
//!
//! hoglet_posthog::events! {
//!     /// A visitor opened the front page.
//!     "front_page_viewed" => FrontPageViewed {},
//! }
//!
//! async fn home(posthog: PostHog) -> &'static str {
//!     posthog.capture(FrontPageViewed {});
//!     "Hello"
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings::from_env(App {
//!     environment: Environment::Production,
//!     release: env!("CARGO_PKG_VERSION"),
//!     folder: env!("CARGO_MANIFEST_DIR"),
//! })?;
//! let client = Client::start(&settings, &[], Some).await?;
//! let app: Router = Router::new()
//!     .route("/", get(home))
//!     .layer(from_fn_with_state(client, layer::track));
//! # Ok(())
//! # }
//! ```
//!
//! # How a request flows
//!
//! A layer ([`layer::track`], or one of your own) makes an [`Identity`], the visitor or user of the request,
//! and a [`PostHog`], which handlers take as an argument. `context` holds the properties that each event of the
//! request carries. Handlers call [`PostHog::capture`] with an event, or [`PostHog::flags`].
//!
//! # How an event flows
//!
//! Captured events wait in `delivery`, whose batches `sender` sends. `assembler` and `release_properties` add
//! what all events carry, `transport` makes the request, `answer` reads PostHog's answer, `pace` and `trouble`
//! follow from it. [`ledger`] counts each event once, as delivered or as lost. [`first_touch`] keeps the page
//! that a visitor came by, and [`urls`] takes secrets out of addresses. [`browser`] and [`proxy`] are
//! posthog-js's side: its configuration on a page, and its way to PostHog.

mod alias;
mod answer;
mod assembler;
mod boundary;
mod breaker;
pub mod browser;
mod check;
mod client;
pub mod context;
pub mod deletion;
mod delivery;
mod evaluator;
pub mod event;
mod exception;
pub mod first_touch;
pub mod flag;
mod flags_and_groups;
mod groups;
pub mod headers;
mod identify_event;
mod identity;
mod item;
pub mod layer;
pub mod ledger;
mod minimal;
mod outgoing;
mod pace;
pub mod panel;
mod person;
mod properties;
mod property;
pub mod proxy;
mod release_properties;
mod sender;
pub mod settings;
mod size;
mod tracker;
mod transport;
mod trouble;
mod unknown;
pub mod urls;

pub use check::check;
pub use client::{Client, FailedRequest};
pub use context::{Address, RequestDetails};
pub use event::{BeforeSend, Event, TrackedEvent};
pub use first_touch::FirstTouch;
pub use flag::{Declared, Experiment, Flag, Flags};
pub use identify_event::Visitor;
pub use identity::{DistinctId, Identity, OptOut, SignedIn};
pub use person::Person;
pub use settings::{App, Environment, Settings};
pub use tracker::PostHog;

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
