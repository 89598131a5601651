//! Reads the bytes of a request into checked events; the errors have PostHog's own words.

pub mod body;
pub mod intake;
pub mod intake_v1;
pub mod refusal;
