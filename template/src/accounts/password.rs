//! Passwords of accounts that are there.

use hoglet_web::database::begin;
use hoglet_web::error::Result;
use hoglet_web::visit::Visit;
use time::Duration;

use super::limits::LOG_IN;
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

/// Changes the password, and ends the sessions of those who know the old one.
pub async fn change(
    state: &AppState,
    visit: &Visit,
    user: user::Model,
    password: String,
) -> Result<user::Model> {
    let password_hash = visit.hash_password(password).await?;
    let transaction = begin(&state.database).await?;
    let user = user::change_password(&transaction, user, password_hash).await?;
    visit.keep_only_this_session(transaction, &user).await?;
    Ok(user)
}
