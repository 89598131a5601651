//! The traits of an app's users. `session::users` reads their table.

use std::any::Any;

use sea_orm::prelude::Uuid;

use crate::passwords::PasswordHash;
pub use crate::posthog::Person;

/// A row of the app's table of users.
pub trait User: Person + Any {
    /// The primary key. PostHog knows the user by it too: it is the distinct id.
    fn id(&self) -> Uuid;

    /// A session ends when it changes.
    fn password_hash(&self) -> &PasswordHash;
}
