//! [`Person`]: a user's data for PostHog.

use serde_json::{Map, Value};
use time::OffsetDateTime;

/// A user's data for PostHog. Implement it for the app's own type of users.
pub trait Person: Send + Sync {
    /// Person properties, such as name and e-mail address.
    ///
    /// They are sent to PostHog at log-in, and used for the evaluation of flags.
    fn properties(&self) -> Map<String, Value> {
        Map::new()
    }

    /// When this person signed up: `signed_up_at` in PostHog.
    fn since(&self) -> OffsetDateTime;
}
