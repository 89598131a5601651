//! [`Identity`]: the visitor or user of one request, and whether they opted out.

use std::fmt;

use axum::http::{Extensions, HeaderMap};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::headers;

/// The id under which PostHog stores a person's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistinctId {
    /// The id of a signed-in user: the key of their account.
    User(String),
    /// The id of a visitor.
    Visitor(Uuid),
    /// An id that a client has sent in a header. It proves nothing.
    Header(String),
}

/// Whether events of this person are captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptOut {
    /// They are captured.
    #[default]
    No,
    /// They are not captured: the person has opted out in the app.
    Chosen,
    /// They are not captured: the browser opts out (`Sec-GPC: 1`), and the app cannot undo that.
    Forced,
}

/// The visitor or user of one request.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The distinct id of the request's events.
    pub distinct_id: DistinctId,
    /// The visitor id in the request, or a new one for the answer.
    pub visitor_id: Uuid,
    /// The browser's session, as posthog-js knows it.
    pub session_id: Option<String>,
    /// Whether the person has opted out. Then only errors are captured, without a person.
    pub opt_out: OptOut,
}

/// The distinct id of a request's signed-in user.
///
/// A layer that knows the user puts it into the request's extensions, for
/// [`layer::track`](crate::layer::track).
#[derive(Clone, Debug)]
pub struct SignedIn(pub String);

impl Identity {
    /// The identity of a request in an app that keeps no visitor id in a cookie.
    ///
    /// Its distinct id is that of the [`SignedIn`] user, else the one in the header, else a new visitor's.
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

    /// Whether the person has opted out.
    pub fn opted_out(&self) -> bool {
        self.opt_out != OptOut::No
    }
}

impl DistinctId {
    /// Whether it is the id of a signed-in user.
    pub fn is_user(&self) -> bool {
        matches!(self, Self::User(_))
    }

    /// Records it in a span of the log, as `user_id` or `visitor_id`.
    ///
    /// An id from a header is left out, because it may be anything, even an e-mail address.
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
