//! Forgetting a user: no failed job keeps the address of a deleted user.

use hoglet_jobs::forget;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};

use crate::email::Email;

/// Removes the failed jobs of a user, see [`forget`](fn@forget). Returns the number of removed jobs.
///
/// Call it in the transaction that deletes the user.
///
/// # Errors
///
/// If the database fails.
pub async fn forget_user(
    database: &impl ConnectionTrait,
    user_id: Uuid,
    email: &Email,
) -> Result<u64, DbErr> {
    let is_address = |word: &str| Email::normalized(word) == *email;
    forget(database, user_id, email.as_str(), is_address).await
}
