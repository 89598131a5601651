//! A mail with a link.

use minijinja::context;
use sea_orm::prelude::Uuid;

use crate::jobs::JobResult;
use crate::mail::Message;
use crate::tokens::{Issued, Purpose};
use crate::users::User;
use crate::web::Web;

/// Issues a token for a user and mails it.
///
/// A job that is tried again passes the same idempotency key and sends the same link, because the first
/// mail may have arrived. Sends nothing if the link has been used or has expired.
pub async fn issue_and_send(
    web: &Web,
    purpose: Purpose,
    user: &dyn User,
    idempotency_key: Uuid,
) -> JobResult {
    let (key, database) = (&web.token_key, &web.database);
    let issued = purpose.issue(key, database, idempotency_key, user.id(), user.email());
    match issued.await? {
        Some(issued) => send(web, purpose, issued).await,
        None => Ok(()),
    }
}

/// Mails a token. The view has the purpose's name.
///
/// The id of the message is the token's id, so that mail programs recognize two mails with the same
/// link as duplicates.
pub async fn send(web: &Web, purpose: Purpose, issued: Issued) -> JobResult {
    let Issued { token, row } = issued;
    let message = Message::new(row.id, purpose.name, &row.sent_to);
    let lifetime = purpose.lifetime_in_words();
    let message = message.with(context! { token => token.reveal(), lifetime });
    Ok(web.mail.send(message).await?)
}
