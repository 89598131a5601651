//! What Hoglet knows of an app's users: two traits. `session::users` reads their table.

use std::any::Any;

use sea_orm::prelude::Uuid;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::passwords::PasswordHash;

/// Who somebody is for PostHog.
pub trait Person {
    /// Person properties such as name and e-mail address. They are set at log-in, and read when flags
    /// are evaluated.
    fn properties(&self) -> Map<String, Value> {
        Map::new()
    }

    /// When this person signed up: `signed_up_at` in PostHog.
    fn since(&self) -> OffsetDateTime;
}

/// A row of the app's table of users.
pub trait User: Person + Any + Send + Sync {
    /// The primary key. PostHog knows the user by it too: it is the distinct id.
    fn id(&self) -> Uuid;

    /// A session ends when it changes.
    fn password_hash(&self) -> &PasswordHash;
}
