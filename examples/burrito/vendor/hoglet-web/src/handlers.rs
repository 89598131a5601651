//! Handlers of Hoglet: assets, the opt-out and, in development, stored mail and reloads.

pub mod assets;
pub mod mail;
pub mod opt_out;
pub mod reload;
