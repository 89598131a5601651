//! What every part wants to know of a request, and the layers that every request passes first.

pub mod info;

pub use info::RequestInfo;
