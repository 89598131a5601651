//! Checks and changes the password of an account.

use hoglet_web::throttle::accounts::LOG_IN;
use hoglet_web::tokens::end_all;
use time::Duration;

use crate::prelude::*;

/// For this time after a log-in, other sessions end without the password.
pub const ASK_AGAIN_AFTER: Duration = Duration::minutes(10);

/// Whether this is the user's password. Failures count as failed log-ins, so that a stolen session does
/// not help to guess it.
pub async fn check(visit: &Visit, user: &user::Model, password: String) -> Result<bool> {
    let checking = visit.check_password(&LOG_IN, &user.email, Some(user), password);
    checking.await
}

/// Changes the password, and ends the user's other sessions and all links in mails. Returns `None` if
/// the password was changed elsewhere while this one was hashed, so that a reset is not undone.
pub async fn change(
    state: &AppState,
    visit: &Visit,
    user: user::Model,
    password: String,
) -> Result<Option<user::Model>> {
    let password_hash = visit.hash_password(password).await?;
    let transaction = begin(&state.database).await?;
    // First the links and then the account, in the same order as when a link is used. Otherwise two
    // transactions could wait for each other.
    end_all(&transaction, user.id).await?;
    let Some(user) = user::replace_password(&transaction, user, password_hash).await? else {
        transaction.rollback().await?;
        return Ok(None);
    };
    let notice = Notice::PasswordChanged;
    visit.notify(&transaction, &user, notice).await?;
    let session = visit.end_other_sessions(&transaction, &user).await?;
    transaction.commit().await?;
    session.finish(visit).await?;
    Ok(Some(user))
}
