//! PostHog: who did what, on the right person, without a request ever waiting for it.
//!
//! A request passes `layers::identify` (who is this: user, visitor, header), where `context` says what every
//! one of its events carries. Handlers have a [`PostHog`], in their `Visit` or as an argument, and call
//! [`PostHog::capture`] with an event, or [`PostHog::flags`]. Errors and panics are captured by
//! `layers::capture_errors` on the way out.
//!
//! Captured events wait in `delivery`, whose batches `sender` sends: `assembler` and `stamp` say what all
//! of them carry, `transport` makes the request, `answer` reads what PostHog says, `pace` and `trouble`
//! what follows from it. [`ledger`] counts what became of them. [`outbox`] sees to it that no `$identify` is lost,
//! `first_touch` that it tells where somebody came from, and [`urls`] that no address tells a secret.
//! [`browser`] and `handlers::proxy` are posthog-js's side: what a page tells it, and its way to PostHog.
//! `layers::just_captured` shows in development what was just captured.

mod alias;
mod answer;
mod assembler;
pub mod behalf;
pub(crate) mod boundary;
mod breaker;
pub mod browser;
pub mod client;
pub mod context;
pub mod deletion;
mod delivery;
mod evaluator;
pub mod event;
pub(crate) mod exception;
pub mod first_touch;
pub mod flag;
mod groups;
pub mod headers;
mod identification;
pub mod identity;
mod item;
pub mod ledger;
mod minimal;
pub mod outbox;
mod pace;
pub mod panel;
pub(crate) mod properties;
pub mod property;
mod scope;
mod sender;
mod size;
mod stamp;
pub mod tracker;
mod transport;
mod trouble;
mod unknown;
pub mod urls;
pub mod visitor_link;

pub use client::Client;
pub use event::TrackedEvent;
pub use flag::{Experiment, Flag, Flags};
pub use property::property;
pub use tracker::PostHog;
