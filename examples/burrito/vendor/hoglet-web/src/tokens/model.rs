//! The table of tokens: one row for each token that was issued.

use sea_orm::entity::prelude::*;

use crate::email::Email;

/// An issued token.
///
/// Its row stays for a while after the token has ended, so that a retry of the mail does not issue
/// it again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    /// A newer token has a greater id. The token is made from this id and the app's [`Key`](super::Key).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the token, in hexadecimal. Only the mail has the token itself.
    pub hash: String,
    /// The id of the request or job that caused the token, such as the job that mails it.
    ///
    /// One key has at most one token of a purpose, so a repeated request changes nothing.
    #[sea_orm(column_name = "occasion")]
    pub idempotency_key: Uuid,
    /// The user.
    pub user_id: Uuid,
    /// The name of the purpose, see [`Purpose::name`](super::Purpose::name).
    pub purpose: String,
    /// The address that the mail went to.
    pub sent_to: Email,
    /// The time when it was issued, in milliseconds since 1970.
    pub created_at: i64,
    /// The time from which the token is invalid, in milliseconds. Housekeeping removes the row a day later.
    pub expires_at: i64,
    /// The time when the token ended earlier, in milliseconds since 1970.
    ///
    /// It or another token of its purpose was used, or the user cancelled the action.
    pub ended_at: Option<i64>,
}

/// No relations: the table of users belongs to the app.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether the mail went to this address. After a change of address, links in the old mailbox must not
    /// work.
    pub fn was_sent_to(&self, email: &Email) -> bool {
        self.sent_to == *email
    }
}
