//! Reads the bytes of a request into checked events. The errors have PostHog's own texts.

pub mod body;
pub mod intake;
pub mod intake_v1;
pub mod refusal;
