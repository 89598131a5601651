//! How long sessions live without a visit.

use time::Duration;

/// A user's.
pub const USER: Duration = Duration::days(14);
/// A visitor's. Anybody can begin any number of those, so they do not stay for long.
pub const VISITOR: Duration = Duration::days(1);
