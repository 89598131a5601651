//! The layers that a request passes before it reaches an endpoint.

pub mod failure;
pub mod guard;
pub mod header_limit;
