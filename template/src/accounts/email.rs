//! The address of an account that is there.
//!
//! What the user wants is recorded when they say it, as the token that is mailed to the new address.
//! Only the newest wish counts. Nothing changes until its link is followed, see `confirmation`.

use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::visit::Visit;
use sea_orm::prelude::Uuid;

use super::limits::{CHANGE_MAIL, count_mail};
use crate::jobs::send_change_of_email::SendChangeOfEmail;
use crate::jobs::send_notice::{Notice, SendNotice};
use crate::models::user;
use crate::state::AppState;
use crate::tokens::CHANGE_EMAIL;

/// What came of asking for another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A mail with a link goes there.
    Mailed,
    /// Another account has it. That tells no more than the form to sign up does, and not as often.
    Taken,
    /// The account was deleted meanwhile.
    NoAccount,
}

/// Asks the new address, and tells the old one.
pub async fn ask_to_change(
    state: &AppState,
    visit: &Visit,
    user: &user::Model,
    email: &Email,
) -> Result<Asked> {
    // Both get a mail.
    count_mail(state, visit, &CHANGE_MAIL, &user.email).await?;
    count_mail(state, visit, &CHANGE_MAIL, email).await?;
    if user::find_by_email(&state.database, email).await?.is_some() {
        return Ok(Asked::Taken);
    }
    let wish = Uuid::now_v7();
    let key = &state.web.token_key;
    let transaction = begin(&state.database).await?;
    if user::hold(&transaction, user.id).await?.is_none() {
        transaction.rollback().await?;
        return Ok(Asked::NoAccount);
    }
    CHANGE_EMAIL
        .issue(key, &transaction, wish, user.id, email)
        .await?;
    let job = SendChangeOfEmail { wish };
    visit.jobs.enqueue(&transaction, job).await?;
    let (settings, notice) = (&state.web.settings, Notice::EmailChangeRequested);
    SendNotice::enqueue_for(settings, &visit.jobs, &transaction, user, notice).await?;
    transaction.commit().await?;
    Ok(Asked::Mailed)
}

/// The address that the account is to have, as long as its owner may still follow the link. None where
/// another account has it by now.
pub async fn wanted(state: &AppState, user: &user::Model) -> Result<Option<Email>> {
    let Some(wish) = CHANGE_EMAIL
        .newest_of_user(&state.database, user.id)
        .await?
    else {
        return Ok(None);
    };
    let owner = user::find_by_email(&state.database, &wish.sent_to).await?;
    Ok(owner.is_none().then_some(wish.sent_to))
}

/// The account keeps its address: a link that is on its way to another one is worth nothing.
pub async fn keep(state: &AppState, user: &user::Model) -> Result<()> {
    let transaction = begin(&state.database).await?;
    CHANGE_EMAIL.end(&transaction, user.id).await?;
    Ok(transaction.commit().await?)
}
