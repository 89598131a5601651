//! Why something failed, and where.
//!
//! Hoglet's other crates build on this one. It depends on no web framework, no database and no PostHog.
//!
//! [`Cause`] is an error with its sources, or a panic, with the [`stack`] of the place where it arose.
//! [`caught`] runs work and turns its panics into causes; [`panics`] is the panic hook that makes these
//! causes. [`mask_secrets`] removes e-mail addresses and tokens from texts.

pub mod caught;
mod cause;
mod mask;
pub mod panics;
pub mod stack;

pub use cause::{Cause, CauseKind};
pub use mask::{decoded, mask_credentials, mask_secrets, mask_tokens};
pub use stack::{Frame, Stack};
