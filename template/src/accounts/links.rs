//! Links in mails: whose they are.

use hoglet_web::error::Result;
use hoglet_web::tokens::stored;
use sea_orm::ConnectionTrait;

use crate::models::user;

/// Whose a token is, where it was sent to the address that they have now. A mail in the mailbox of
/// an address that they have given up is worth nothing.
pub async fn owner(
    database: &impl ConnectionTrait,
    token: Option<stored::Model>,
) -> Result<Option<user::Model>> {
    let Some(token) = token else {
        return Ok(None);
    };
    let user = user::find(database, token.user_id).await?;
    Ok(user.filter(|user| token.was_sent_to(&user.email)))
}
