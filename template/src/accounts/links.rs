//! Links in mails: whose they are.

use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::tokens::StoredToken;
use sea_orm::ConnectionTrait;

use crate::models::user;

/// Whose a token is, where it was sent to the address that they have now. A mail in the mailbox of
/// an address that they have given up is worth nothing.
pub async fn owner(
    database: &impl ConnectionTrait,
    token: Option<StoredToken>,
) -> Result<Option<user::Model>> {
    let Some(token) = token else {
        return Ok(None);
    };
    let user = user::find(database, token.user_id).await?;
    Ok(user.filter(|user| token.was_sent_to(&user.email)))
}

/// An address as a page shows it to whoever has opened a link: enough for its owner to know it.
pub fn hint(email: &Email) -> String {
    let email = email.for_people();
    let (name, domain) = email.rsplit_once('@').unwrap_or_default();
    let first: String = name.chars().take(1).collect();
    format!("{first}•••@{domain}")
}
