//! Replaces `hoglet-posthog` in an app without it: the same names, which do nothing.
//!
//! Requests still have an [`Identity`], because visitors keep their cookie. Nothing is sent, requested or
//! stored. Each module has the name of its module in `hoglet-posthog`. That crate is not compiled, so no type
//! can come from it.

#![expect(missing_docs, reason = "hoglet-posthog documents the same names")]

pub mod browser;
mod client;
pub mod context;
pub mod deletion;
pub mod event;
pub mod first_touch;
mod flag;
pub mod headers;
mod identity;
pub mod ledger;
pub mod panel;
mod person;
pub mod proxy;
mod settings;
mod tracker;

pub use client::{Client, FailedRequest};
pub use context::{Address, RequestDetails};
pub use event::{BeforeSend, Event, TrackedEvent};
pub use first_touch::FirstTouch;
pub use flag::{Declared, Experiment, Flag, Flags};
pub use identity::{DistinctId, Identity, OptOut};
pub use person::{Person, Visitor};
pub use settings::{Settings, check};
pub use tracker::PostHog;
