//! The table of tokens: what the app knows of one that it has sent.

use sea_orm::entity::prelude::*;

use crate::email::Email;

/// A token that can still be spent, unless it has expired.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// SHA-256 of the token in hexadecimal. The token itself is in the mail and nowhere else.
    pub hash: String,
    /// Whose it is.
    pub user_id: Uuid,
    /// See [`Purpose::name`](super::Purpose::name).
    pub purpose: String,
    /// The address that the mail went to.
    pub sent_to: Email,
    /// In milliseconds since 1970.
    pub created_at: i64,
    /// Likewise. From then on it counts as absent, and housekeeping takes it away.
    pub expires_at: i64,
}

/// None: the table of users is the app's.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether the mail went to this address. Whoever has got a new address since must not be
    /// served by what lies in the old one's mailbox.
    pub fn was_sent_to(&self, email: &Email) -> bool {
        self.sent_to == *email
    }
}
