//! A request before any handler: what it is, and whether it is for this app.

pub mod info;
pub mod notices;
pub mod refusal;

pub use info::RequestInfo;
