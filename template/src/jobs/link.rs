//! A mail with a link: what the jobs that send one have in common.

use hoglet_web::email::Email;
use hoglet_web::jobs::JobResult;
use hoglet_web::mail::Message;
use hoglet_web::tokens::{Issued, Purpose};
use minijinja::context;
use sea_orm::prelude::Uuid;

use crate::state::AppState;

/// Issues a token and mails it. `asked` says which request it answers: a job that is tried again sends the
/// same link, because the first mail may have arrived all the same. Once that link has been used, or
/// has ended, there is nothing to send any more.
pub async fn mail(
    state: &AppState,
    asked: Uuid,
    purpose: Purpose,
    user_id: Uuid,
    to: &Email,
) -> JobResult {
    let (key, database) = (&state.web.token_key, &state.database);
    let issued = purpose.issue(key, database, asked, user_id, to).await?;
    match issued {
        Some(issued) => send(state, purpose, issued).await,
        None => Ok(()),
    }
}

/// Mails a token. The templates have the purpose's name; they make a link from `token`, and say with
/// `lifetime` when it expires. Two mails with the same link have the same id, so mail programs show one.
pub async fn send(state: &AppState, purpose: Purpose, issued: Issued) -> JobResult {
    let Issued { token, row } = issued;
    let message = Message::new(row.id, purpose.name, &row.sent_to);
    let lifetime = purpose.lifetime_in_words();
    let message = message.with(context! { token => token.reveal(), lifetime });
    Ok(state.web.mail.send(message).await?)
}
