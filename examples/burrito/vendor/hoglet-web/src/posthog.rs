//! PostHog, as the rest of Hoglet and the app know it: the crate `hoglet-posthog`.
//!
//! Without the Cargo feature `posthog` that crate is not compiled. `off` then stands in its place, with the same
//! names: captures do nothing, and every flag has its default. So no other module has to ask.

mod declare;

#[cfg(feature = "posthog")]
pub use hoglet_posthog::*;

#[cfg(not(feature = "posthog"))]
mod off;
#[cfg(not(feature = "posthog"))]
pub use off::*;
