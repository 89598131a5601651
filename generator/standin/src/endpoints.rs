//! PostHog's own endpoints, as SDKs and browsers call them.

pub mod capture;
pub mod capture_v1;
pub mod definitions;
pub mod deletion;
pub mod evaluation;
pub mod js;
pub mod otlp;
mod request;
pub mod surveys;
