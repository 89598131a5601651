//! Handlers of Hoglet: assets, the opt-out and, in development, stored mail.

pub mod assets;
pub mod mail;
pub mod opt_out;
