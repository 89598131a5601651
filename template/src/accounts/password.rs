//! Passwords of accounts that are there.

use hoglet_web::database::begin;
use hoglet_web::error::Result;
use hoglet_web::tokens::end_all;
use hoglet_web::visit::Visit;
use time::Duration;

use super::limits::LOG_IN;
use crate::jobs::send_notice::{Notice, SendNotice};
use crate::models::user;
use crate::state::AppState;

/// How long a log-in is good for what is worth stealing. After that the password is asked for again.
pub const ASKED_AGAIN_AFTER: Duration = Duration::minutes(10);

/// Whether this is the user's password. Counted like log-ins, so that a stolen session is no way to
/// guess it.
pub async fn check(visit: &Visit, user: &user::Model, password: String) -> Result<bool> {
    visit
        .check_password(&LOG_IN, &user.email, Some(user), password)
        .await
}

/// Changes the password, and ends the sessions of those who know the old one, and the links that they
/// have had mailed. None where it was changed while this one was hashed: what was checked is no longer
/// the password, and a reset has the last word.
pub async fn change(
    state: &AppState,
    visit: &Visit,
    user: user::Model,
    password: String,
) -> Result<Option<user::Model>> {
    let password_hash = visit.hash_password(password).await?;
    let transaction = begin(&state.database).await?;
    // Before the account changes, as whoever follows a link does: otherwise the two could wait for
    // each other.
    end_all(&transaction, user.id).await?;
    let Some(user) = user::replace_password(&transaction, user, password_hash).await? else {
        transaction.rollback().await?;
        return Ok(None);
    };
    let settings = &state.web.settings;
    SendNotice::enqueue_for(
        settings,
        &visit.jobs,
        &transaction,
        &user,
        Notice::PasswordChanged,
    )
    .await?;
    let session = visit.end_other_sessions(&transaction, &user).await?;
    transaction.commit().await?;
    session.finish(visit).await?;
    Ok(Some(user))
}
