//! [`Identity`]: the visitor or user of one request, and whether they opted out.

use std::fmt;

use axum::http::{Extensions, HeaderMap};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::headers;

/// The id that PostHog knows a person by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistinctId {
    /// A signed-in user's: the key of their account.
    User(String),
    /// A visitor's.
    Visitor(Uuid),
    /// A client's, which named itself in a header. A header proves nothing.
    Header(String),
}

/// Whether events of this person are captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptOut {
    /// They are.
    #[default]
    No,
    /// They are not: the person opted out in the app.
    Chosen,
    /// They are not: the browser asks for it (`Sec-GPC: 1`), and the app cannot undo it.
    Forced,
}

/// The visitor or user of one request.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The person of the request's events.
    pub distinct_id: DistinctId,
    /// The visitor id that came with the request, or the fresh one that goes back with the answer.
    pub visitor_id: Uuid,
    /// The browser's session, as posthog-js knows it.
    pub session_id: Option<String>,
    /// Whether they opted out: then only errors are captured, without a person.
    pub opt_out: OptOut,
}

/// The signed-in user of a request. A layer that knows them leaves it in the request's extensions, for
/// [`layer::track`](crate::layer::track).
#[derive(Clone, Debug)]
pub struct SignedIn(pub String);

impl Identity {
    /// The identity of a request without cookies of ours: its [`SignedIn`] user, else the client that its
    /// header names, else a fresh visitor.
    pub(crate) fn of_request(extensions: &Extensions, sent: &HeaderMap, token: &str) -> Self {
        let visitor_id = Uuid::now_v7();
        let distinct_id = match extensions.get::<SignedIn>() {
            Some(SignedIn(id)) => DistinctId::User(id.clone()),
            None => match headers::distinct_id(sent) {
                Some(id) => DistinctId::Header(id),
                None => DistinctId::Visitor(visitor_id),
            },
        };
        Self {
            distinct_id,
            visitor_id,
            session_id: headers::session_id(sent, token),
            opt_out: OptOut::No,
        }
    }

    /// Whether the person is not to be tracked.
    pub fn opted_out(&self) -> bool {
        self.opt_out != OptOut::No
    }
}

impl DistinctId {
    /// Whether it is a signed-in user's.
    pub fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    /// Notes it in a span of the log, as `user_id` or `visitor_id`. A header's is left out: it may be
    /// anything, an e-mail address too.
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
