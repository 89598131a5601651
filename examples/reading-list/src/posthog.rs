//! For PostHog: events, flags, person properties, properties of every event.
//!
//! `vendor/hoglet-posthog/` delivers it.
//!
//! | a new … | goes to |
//! |---|---|
//! | event | `events.rs`: one entry |
//! | flag | `flags.rs`: one constant in the list |
//! | property of every event | `app.rs`: `event_properties` |
//! | property of a person | `person.rs` |

pub mod events;
pub mod flags;
pub mod person;
