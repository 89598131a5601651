//! Tokens: secrets in the links of mails, such as the link to reset a password.
//!
//! A token is 32 bytes, made from the id of its row and a key that is derived from `SECRET_KEY`. The database
//! stores only a hash. So nobody can follow a link with the database or a backup of it.
//!
//! If a mail is sent again, because a job was retried, it has the same link as before. An app declares each
//! purpose as a constant:
//!
//! ```
//! use hoglet_web::tokens::Purpose;
//! use time::Duration;
//!
//! const RESET_PASSWORD: Purpose = Purpose::new("reset_password", Duration::hours(1));
//! ```
//!
//! A user may have several tokens of a purpose: a link that a stranger requests does not invalidate the
//! earlier ones. Using one token ends all tokens of its purpose.
//!
//! Opening a link changes nothing ([`Purpose::find`]), because mail scanners open every link. Only a `POST`
//! uses the token ([`Purpose::spend`]), in the transaction of the change that it allows. A route with a token
//! in its path calls the parameter `{token}`, which keeps the token out of logs and PostHog.

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::database;
use crate::timestamp::milliseconds;
use model::{Column, Entity};
use rows::{end_where, lock};

pub mod key;
pub mod links;
pub mod model;
mod purpose;
mod rows;
pub mod token;

pub use key::Key;
pub use model::Model as StoredToken;
pub use purpose::{Issued, Purpose};

/// How long a row is kept after its token has expired.
///
/// Jobs retry a mail for less time than this, so no retry can issue an ended token again.
const KEEP_EXPIRED: Duration = Duration::days(1);

/// Ends all tokens of a user, for all purposes. Returns how many ended.
///
/// # Errors
///
/// If the database fails.
pub async fn end_all(transaction: &DatabaseTransaction, user_id: Uuid) -> Result<u64, DbErr> {
    let of_user = Column::UserId.eq(user_id);
    lock(transaction, of_user.clone()).await?;
    end_where(transaction, of_user).await
}

/// Removes the rows of tokens that expired a day ago or earlier. Returns how many were removed.
///
/// # Errors
///
/// If the database fails. Rows that are already removed stay removed.
pub async fn delete_expired(database: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let expired = Column::ExpiresAt.lte(milliseconds(OffsetDateTime::now_utc() - KEEP_EXPIRED));
    database::delete_in_slices::<Entity>(database, Column::Id, expired).await
}
