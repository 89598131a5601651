//! What every app answers besides its pages: assets, the switch for opting out and,
//! in development, the mail that was kept.

pub mod assets;
pub mod mail;
pub mod opt_out;
