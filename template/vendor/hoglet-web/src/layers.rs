//! The layers around an app's handlers. They take [`Web`](crate::web::Web), and no part knows of them.

pub mod capture_errors;
pub mod identify;
pub mod just_captured;
mod refused;
pub mod request;
pub mod security;
pub mod sessions;
