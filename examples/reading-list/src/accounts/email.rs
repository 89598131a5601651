//! Changes the address of an account.
//!
//! A request is stored as a token, which is mailed to the new address as a link. Only the newest request
//! counts. The address changes when the link is confirmed: see `confirmation`.

use hoglet_web::account_mail::address::SendChangeOfEmail;
use hoglet_web::throttle::accounts::CHANGE_MAIL;

use crate::prelude::*;
use crate::tokens::CHANGE_EMAIL;

/// The result of a request to change the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeRequest {
    /// A link was mailed to the new address.
    Mailed,
    /// Another account has the address. The sign-up form reveals the same, and more often.
    AddressTaken,
    /// Meanwhile the account was deleted.
    AccountGone,
}

/// Mails a link to the new address, and a notice to the old one.
pub async fn request_change(
    state: &AppState,
    visit: &Visit,
    user: &user::Model,
    email: &Email,
) -> Result<ChangeRequest> {
    let owner = user::find_by_email(&state.database, email).await?;
    let account = owner.as_ref().map(|user| user as &dyn User);
    let counting = visit.count_mail(&CHANGE_MAIL, &user.email, Some(user));
    counting.await?;
    visit.count_mail(&CHANGE_MAIL, email, account).await?;
    if owner.is_some() {
        return Ok(ChangeRequest::AddressTaken);
    }
    let transaction = begin(&state.database).await?;
    if user::lock(&transaction, user.id).await?.is_none() {
        transaction.rollback().await?;
        return Ok(ChangeRequest::AccountGone);
    }
    let (idempotency_key, key) = (Uuid::now_v7(), &state.web.token_key);
    CHANGE_EMAIL
        .issue(key, &transaction, idempotency_key, user.id, email)
        .await?;
    let mail = SendChangeOfEmail { idempotency_key };
    visit.jobs.enqueue(&transaction, mail).await?;
    let notice = Notice::EmailChangeRequested;
    visit.notify(&transaction, user, notice).await?;
    transaction.commit().await?;
    Ok(ChangeRequest::Mailed)
}

/// The requested address, while its link works.
///
/// `None` if meanwhile another account has the address, or if the app sends no mail.
pub async fn requested(state: &AppState, user: &user::Model) -> Result<Option<Email>> {
    if !state.web.settings.mail.available() {
        return Ok(None);
    }
    let finding = CHANGE_EMAIL.newest_of_user(&state.database, user.id);
    let Some(request) = finding.await? else {
        return Ok(None);
    };
    let owner = user::find_by_email(&state.database, &request.sent_to).await?;
    Ok(owner.is_none().then_some(request.sent_to))
}

/// Ends the link that would change the address.
pub async fn cancel_change(state: &AppState, user: &user::Model) -> Result<()> {
    let transaction = begin(&state.database).await?;
    CHANGE_EMAIL.end(&transaction, user.id).await?;
    Ok(transaction.commit().await?)
}
