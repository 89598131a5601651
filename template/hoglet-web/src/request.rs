//! What every part wants to know of a request.

pub mod info;

pub use info::RequestInfo;
