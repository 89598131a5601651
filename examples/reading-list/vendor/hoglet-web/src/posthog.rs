//! PostHog, as Hoglet and the app use it: the items of the crate `hoglet-posthog`.
//!
//! Without the Cargo feature `posthog` that crate is not compiled. Then `off` replaces it, with the same names:
//! captures do nothing, and every flag has its default. So no other module needs a condition.

mod declare;

#[cfg(feature = "posthog")]
pub use hoglet_posthog::*;

#[cfg(not(feature = "posthog"))]
mod off;
#[cfg(not(feature = "posthog"))]
pub use off::*;

/// The types that `flags!` imports.
#[doc(hidden)]
pub mod flag_types {
    pub use super::{Experiment, Flag};
}
