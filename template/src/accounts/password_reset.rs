//! A forgotten password: a link is asked for, and a new password chosen with it.

use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::session::Remember;
use hoglet_web::visit::Visit;

use super::begin_session;
use super::limits::{RESET_MAIL, count_mail};
use super::links;
use crate::jobs::send_notice::{Notice, SendNotice};
use crate::jobs::send_reset_link::SendResetLink;
use crate::models::user;
use crate::posthog::events::{
    EmailConfirmed, PasswordResetCompleted, PasswordResetRequested, UserLoggedIn,
};
use crate::state::AppState;
use crate::tokens::RESET_PASSWORD;

/// Has a link mailed. The work is the same with and without an account: the job finds out.
pub async fn ask(state: &AppState, visit: &Visit, email: &str) -> Result<()> {
    let email = Email::normalized(email);
    count_mail(state, visit, &RESET_MAIL, &email).await?;
    let job = SendResetLink { email };
    visit.jobs.enqueue(&state.database, job).await?;
    visit.posthog.capture(PasswordResetRequested {});
    Ok(())
}

/// Whose password a link changes. Looking changes nothing.
pub async fn owner(state: &AppState, token: &str) -> Result<Option<user::Model>> {
    let found = RESET_PASSWORD.find(&state.database, token).await?;
    links::owner(&state.database, found).await
}

/// Spends a link on a new password, and logs its owner in. All that opened the account before is
/// over: every session, and every other link. `false` where the link is worth nothing any more.
pub async fn finish(
    state: &AppState,
    visit: &mut Visit,
    token: &str,
    password: String,
) -> Result<bool> {
    // Before the transaction: hashing takes long, and others wait to write.
    let password_hash = visit.hash_password(password).await?;

    let transaction = begin(&state.database).await?;
    let spent = RESET_PASSWORD.spend(&transaction, token).await?;
    let Some(user) = links::owner(&transaction, spent).await? else {
        transaction.rollback().await?;
        return Ok(false);
    };
    let confirms = user.email_confirmed_at.is_none();
    visit.end_everything(&transaction, user.id).await?;
    let user = user::confirm(&transaction, user).await?;
    let user = user::change_password(&transaction, user, password_hash).await?;
    let settings = &state.web.settings;
    SendNotice::enqueue_for(
        settings,
        &visit.jobs,
        &transaction,
        &user,
        Notice::PasswordChanged,
    )
    .await?;
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
