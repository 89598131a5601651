//! PostHog: who did what, on the right person, without a request ever waiting for it.
//!
//! A request passes `identity` (who is this: user, visitor, header) and `context` (what every one of
//! its events carries). Handlers take [`PostHog`] as an argument and call [`PostHog::capture`] with
//! an event of `events`, or [`PostHog::flags`] for the flags of `flags`. Errors and panics are
//! captured by `errors` on the way out.
//!
//! Captured events wait in `delivery`, which sends them in batches; `ledger` counts what became of
//! them. `browser` and `proxy` are posthog-js's side: what a page tells it, and its way to PostHog.
//! `panel` shows in development what was just captured.
//!
//! | a new … | goes to |
//! |---|---|
//! | event | `events.rs`: one struct |
//! | flag | `flags.rs`: one constant |
//! | property of every event | `context.rs`: `own_properties` |

pub mod browser;
pub mod client;
pub mod context;
pub mod delivery;
pub mod errors;
pub mod events;
pub mod flags;
pub mod identity;
pub mod ledger;
pub mod panel;
pub mod proxy;
mod tracker;

pub use client::Client;
pub use tracker::PostHog;
