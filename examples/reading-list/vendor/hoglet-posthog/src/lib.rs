//! PostHog for any axum app: events, flags and errors belong to the right person.
//!
//! A request waits for PostHog only if it reads flags, and then for a bounded time.
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
//! and a [`PostHog`], which handlers take as an argument. [`context`] makes the properties that each event of
//! the request carries. Handlers call [`PostHog::capture`] with an event, or [`PostHog::flags`].
//!
//! # How an event flows
//!
//! 1. `delivery` queues captured events and forms batches.
//! 2. `sender` sends a batch. `release_properties` and `assembler` add the properties that all events carry.
//! 3. `transport` makes the request, and `answer` interprets PostHog's answer. `pace` sets the wait before the
//!    next attempt, and `outage` logs an outage.
//! 4. [`ledger`] counts each event once: as delivered, lost or dropped.
//!
//! Requests and events share two modules: [`first_touch`] keeps a visitor's first page and referrer, and
//! [`urls`] removes secrets from addresses. Two others are for posthog-js: [`browser`] is its configuration
//! on a page, and [`proxy`] passes its requests on to PostHog.

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
mod outage;
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
mod unknown_flags;
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

/// Compiles the examples in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
