//! Sets a new password by a link in a mail.

use hoglet_web::account_mail::links::SendResetLink;
use hoglet_web::throttle::accounts::RESET_MAIL;

use super::begin_session;
use crate::posthog::events::{
    EmailConfirmed, PasswordResetCompleted, PasswordResetRequested, UserLoggedIn,
};
use crate::prelude::*;
use crate::tokens::RESET_PASSWORD;

/// Mails a link to the address, if it has an account.
pub async fn request(visit: &Visit, email: &str) -> Result<()> {
    let mailing = visit.mail_link(&RESET_MAIL, email, |email| SendResetLink { email });
    mailing.await?;
    visit.posthog.capture(PasswordResetRequested {});
    Ok(())
}

/// Spends a link, sets the new password, and logs the user in. All other sessions and links of the user
/// end. Returns `false` if the link no longer works.
pub async fn reset(
    state: &AppState,
    visit: &mut Visit,
    token: &str,
    password: String,
) -> Result<bool> {
    // Before the transaction, because hashing takes long and other writers would wait.
    let password_hash = visit.hash_password(password).await?;

    let transaction = begin(&state.database).await?;
    let spending = RESET_PASSWORD.spend_for_user::<user::Entity>(&transaction, token);
    let Some(user) = spending.await? else {
        transaction.rollback().await?;
        return Ok(false);
    };
    let confirms = user.email_confirmed_at.is_none();
    visit.end_everything(&transaction, user.id).await?;
    let user = user::confirm(&transaction, user).await?;
    let user = user::change_password(&transaction, user, password_hash).await?;
    let notice = Notice::PasswordChanged;
    visit.notify(&transaction, &user, notice).await?;
    let log_in = begin_session(visit, &transaction, user, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(visit).await?;
    visit.posthog.capture(UserLoggedIn {
        login_method: "link",
    });
    visit.posthog.capture(PasswordResetCompleted {});
    if confirms {
        visit.posthog.capture(EmailConfirmed {});
    }
    Ok(true)
}
