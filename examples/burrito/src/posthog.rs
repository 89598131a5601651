//! PostHog: who did what, on the right person, without a request ever waiting for it.
//!
//! A request passes `identity` (who is this: user, visitor, header) and `context` (what every one of
//! its events carries). Handlers take [`PostHog`] as an argument and call [`PostHog::capture`] with
//! an event of `events`, or [`PostHog::flags`] for the flags of `flags`. Errors and panics are
//! captured by `errors` on the way out.
//!
//! Captured events wait in `delivery`, whose batches `sender` sends; `stamp` says what all of them
//! carry, and `ledger` counts what became of them. `outbox` sees to it that no `$identify` is lost,
//! `first_touch` that it tells where somebody came from, and `urls` that no address tells a secret.
//! `browser` and `proxy` are posthog-js's side: what a page tells it, and its way to PostHog.
//! `panel` shows in development what was just captured.
//!
//! | a new … | goes to |
//! |---|---|
//! | event | `events.rs`: one struct |
//! | flag | `flags.rs`: one constant in the list |
//! | property of every event | `context.rs`: `own_properties` |
//! | property of a person | `person.rs`: `person_properties` |

mod breaker;
pub mod browser;
pub mod client;
pub mod context;
pub mod delivery;
pub mod errors;
mod evaluator;
pub mod events;
pub mod first_touch;
pub mod flag;
pub mod flags;
mod groups;
pub mod identity;
mod item;
pub mod ledger;
pub mod outbox;
pub mod panel;
pub mod person;
mod properties;
pub mod proxy;
mod scope;
mod sender;
mod size;
pub mod stamp;
mod tracker;
pub mod urls;

pub use client::Client;
pub use tracker::PostHog;
