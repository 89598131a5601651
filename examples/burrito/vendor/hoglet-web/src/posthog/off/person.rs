//! A user, and the visitor that they were.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// A user, see `hoglet-posthog`.
pub trait Person: Send + Sync {
    fn properties(&self) -> Map<String, Value> {
        Map::new()
    }

    fn since(&self) -> OffsetDateTime;
}

/// The visitor that a user was before they logged in.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub id: Uuid,
    pub first_touch: Map<String, Value>,
}
