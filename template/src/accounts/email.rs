//! The address of an account that is there.

use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::jobs::Job;
use hoglet_web::visit::Visit;

use super::limits::{CHANGE_MAIL, count_mail};
use crate::jobs::send_change_of_email::SendChangeOfEmail;
use crate::jobs::send_notice::{Notice, SendNotice};
use crate::models::user;
use crate::state::AppState;

/// Asks the new address, and tells the old one. Nothing changes until the new one has answered, see
/// `confirmation`. `false` where another account has the address: that tells no more than the form to
/// sign up does, and not as often.
pub async fn ask_to_change(
    state: &AppState,
    visit: &Visit,
    user: &user::Model,
    email: &Email,
) -> Result<bool> {
    // Both get a mail.
    count_mail(state, visit, &CHANGE_MAIL, &user.email).await?;
    count_mail(state, visit, &CHANGE_MAIL, email).await?;
    if user::find_by_email(&state.database, email).await?.is_some() {
        return Ok(false);
    }
    let asks = SendChangeOfEmail {
        user_id: user.id,
        email: email.clone(),
    };
    let transaction = begin(&state.database).await?;
    asks.enqueue(&transaction).await?;
    let (settings, notice) = (&state.web.settings, Notice::EmailChangeRequested);
    SendNotice::enqueue_for(settings, &transaction, user, notice).await?;
    transaction.commit().await?;
    Ok(true)
}
