//! The layers that every request passes before it reaches an endpoint.

pub mod failure;
pub mod guard;
pub mod header_limit;
