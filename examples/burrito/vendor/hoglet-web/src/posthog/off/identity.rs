//! The visitor or user of one request.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of the person of a request. Stored with its jobs, in the same form as with PostHog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistinctId {
    User(String),
    Visitor(Uuid),
    Header(String),
}

impl DistinctId {
    pub fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    pub fn record(&self, span: &tracing::Span) {
        match self {
            Self::User(id) => span.record("user_id", tracing::field::display(id)),
            Self::Visitor(id) => span.record("visitor_id", tracing::field::display(id)),
            Self::Header(_) => span,
        };
    }
}

impl fmt::Display for DistinctId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) | Self::Header(id) => formatter.write_str(id),
            Self::Visitor(id) => id.fmt(formatter),
        }
    }
}

/// Whether events of this person would be captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptOut {
    #[default]
    No,
    Chosen,
    Forced,
}

/// The visitor or user of one request.
#[derive(Clone, Debug)]
pub struct Identity {
    pub distinct_id: DistinctId,
    pub visitor_id: Uuid,
    pub session_id: Option<String>,
    pub opt_out: OptOut,
}

impl Identity {
    pub fn opted_out(&self) -> bool {
        self.opt_out != OptOut::No
    }
}
