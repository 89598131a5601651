//! [`Person`]: what PostHog is told about a user.

use serde_json::{Map, Value};
use time::OffsetDateTime;

/// A user, as PostHog sees them. Implement it for the app's own type of users.
pub trait Person: Send + Sync {
    /// Person properties such as name and e-mail address. They are set at log-in, and read when flags
    /// are evaluated.
    fn properties(&self) -> Map<String, Value> {
        Map::new()
    }

    /// When this person signed up: `signed_up_at` in PostHog.
    fn since(&self) -> OffsetDateTime;
}
