//! The facts about a request that are known before its handler, and whether it is refused.

pub mod info;
pub mod refusal;
pub mod warnings;

pub use info::RequestInfo;
