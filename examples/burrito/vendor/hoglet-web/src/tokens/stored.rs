//! The table of tokens: what the app knows of one that it has sent.

use sea_orm::entity::prelude::*;

use crate::email::Email;

/// A token that was issued. It stays here for a while after it has ended, so that a mail that is sent
/// once more does not bring it back.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    /// A newer one is greater. The token is made from it and the app's key, see [`Key`](super::Key).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the token in hexadecimal. The token itself is in the mail and nowhere else.
    pub hash: String,
    /// What it was issued for, such as the job that mails it. For one occasion there is one token of a
    /// purpose.
    pub occasion: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// See [`Purpose::name`](super::Purpose::name).
    pub purpose: String,
    /// The address that the mail went to.
    pub sent_to: Email,
    /// In milliseconds since 1970.
    pub created_at: i64,
    /// Likewise. From then on it is worth nothing; housekeeping takes it away a day later.
    pub expires_at: i64,
    /// Likewise, where it has ended before: it was spent, or another one of its purpose was, or
    /// whatever it was for was called off.
    pub ended_at: Option<i64>,
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
