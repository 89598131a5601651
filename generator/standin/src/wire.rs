//! From the bytes of a request to checked events, with PostHog's words for what is wrong with them.

pub mod body;
pub mod intake;
pub mod intake_v1;
pub mod refusal;
