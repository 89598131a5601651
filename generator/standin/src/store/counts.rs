//! [`Counts`]: the numbers of events and requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Events that were stored, each uuid once.
    pub events: u64,
    /// Events with a uuid that was stored already.
    pub duplicates: u64,
    /// Events that were dropped for newer ones, or deleted with their person.
    pub forgotten: u64,
    /// Events that PostHog accepts and then drops. A warning gives the reason.
    pub dropped: u64,
    pub exceptions: u64,
    pub malformed: u64,
    pub replay_requests: u64,
    pub replay_bytes: u64,
    /// Requests with logs, traces and metrics.
    pub log_requests: u64,
    pub trace_requests: u64,
    pub metric_requests: u64,
    pub flag_requests: u64,
    pub definition_requests: u64,
    pub tokens: BTreeMap<String, u64>,
}
