//! What every part wants to know of a request.

pub mod info;
pub mod notices;
pub mod refusal;

pub use info::RequestInfo;
