//! The traits of an app's users. `session::users` reads their table.

use std::any::Any;

use sea_orm::prelude::Uuid;
use time::OffsetDateTime;

use crate::email::Email;
use crate::passwords::PasswordHash;
pub use crate::posthog::Person;

/// A row of the app's table of users.
pub trait User: Person + Any {
    /// The primary key. It is also the user's distinct id at PostHog.
    fn id(&self) -> Uuid;

    /// The hash of the password. A session ends when it changes.
    fn password_hash(&self) -> &PasswordHash;

    /// The address, unique among users: the column `email` of the table.
    fn email(&self) -> &Email;

    /// When the owner confirmed the address. Until then it may belong to somebody else.
    fn email_confirmed_at(&self) -> Option<OffsetDateTime> {
        None
    }
}
