//! How long sessions live.

use time::Duration;

/// A user's who wants to be remembered, without a visit.
pub const REMEMBERED: Duration = Duration::days(14);
/// Any other user's, from the log-in on, visits or not. Its cookie goes when the browser is
/// closed; but browsers that open their old tabs again keep it for ever.
pub const UNTIL_CLOSED: Duration = Duration::hours(12);
/// A visitor's, without a visit. Anybody can begin any number of those, so they do not stay for
/// long.
pub const VISITOR: Duration = Duration::days(1);

/// Whether a log-in outlives the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    /// For [`REMEMBERED`], and each visit counts anew.
    Yes,
    /// Until the browser is closed, and for [`UNTIL_CLOSED`] at most.
    No,
}

impl From<bool> for Remember {
    /// As a form's box says it.
    fn from(remember: bool) -> Self {
        if remember { Self::Yes } else { Self::No }
    }
}
