//! What every app answers besides its pages: assets, PostHog's proxy, the switch for opting out.

pub mod assets;
pub mod opt_out;
pub mod proxy;
