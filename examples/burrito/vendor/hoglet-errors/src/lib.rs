//! Why something failed, and where: the base that Hoglet's other crates share. No web, no database, no PostHog.
//!
//! [`Cause`] is an error with its sources, or a panic, with the [`stack`] of the place where it arose.
//! [`caught`] runs work and turns its panics into causes; [`panics`] is the hook that finds them. [`mask_secrets`] takes e-mail addresses and tokens
//! out of texts.

pub mod caught;
mod cause;
mod mask;
pub mod panics;
pub mod stack;

pub use cause::{Cause, CauseKind};
pub use mask::{decoded, mask_credentials, mask_secrets, mask_tokens};
pub use stack::{Frame, Stack};
