//! [`Identity`]: the person behind a request, and the visitor that they are or were.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The person whose events these are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Somebody who is signed in.
    User(Uuid),
    /// Somebody who is not, by their visitor cookie.
    Visitor(Uuid),
    /// A client without cookies that named itself in a header.
    Header(String),
}

/// Who is there.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Whose events these are.
    pub person: Subject,
    /// The visitor id that came with the request, or the fresh one that goes back with the answer.
    pub visitor_id: Uuid,
    /// Nothing is captured of them.
    pub opted_out: bool,
    /// Opted out by the browser's Global Privacy Control, which the footer's switch cannot undo.
    pub opt_out_forced: bool,
}

impl Subject {
    /// What PostHog knows them by.
    pub fn distinct_id(&self) -> String {
        match self {
            Self::User(id) | Self::Visitor(id) => id.to_string(),
            Self::Header(id) => id.clone(),
        }
    }

    /// Whether somebody is signed in.
    pub fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    /// For the log. What a header says may be anything, an e-mail address too.
    pub(crate) fn record(&self, span: &tracing::Span) {
        match self {
            Self::User(id) => span.record("user_id", tracing::field::display(id)),
            Self::Visitor(id) => span.record("visitor_id", tracing::field::display(id)),
            Self::Header(_) => span,
        };
    }
}
