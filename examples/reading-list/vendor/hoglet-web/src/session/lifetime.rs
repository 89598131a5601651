//! How long sessions live.

use time::Duration;

/// The lifetime with “remember me”, counted from the last visit.
pub const REMEMBERED: Duration = Duration::days(14);
/// The lifetime without “remember me”, counted from the log-in.
///
/// The cookie ends with the browser, but browsers that restore their tabs keep such cookies without
/// limit.
pub const UNTIL_CLOSED: Duration = Duration::hours(12);
/// The lifetime for a visitor, counted from the last visit. It is short, because anyone can create any
/// number of these sessions.
pub const VISITOR: Duration = Duration::days(1);

/// Whether a session lasts longer than the browser is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    /// For [`REMEMBERED`] from the last visit.
    Yes,
    /// Until the browser is closed, and at most for [`UNTIL_CLOSED`].
    No,
}

impl From<bool> for Remember {
    /// From a form's checkbox.
    fn from(remember: bool) -> Self {
        if remember { Self::Yes } else { Self::No }
    }
}
