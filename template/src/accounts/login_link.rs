//! Logging in without a password: a link is asked for, and followed.

use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::passwords::PasswordHash;
use hoglet_web::session::Remember;
use hoglet_web::visit::Visit;

use super::begin_session;
use super::limits::{LOGIN_LINK_MAIL, count_mail};
use super::links;
use crate::jobs::send_login_link::SendLoginLink;
use crate::models::user;
use crate::posthog::events::{EmailConfirmed, LoginLinkRequested, UserLoggedIn};
use crate::state::AppState;
use crate::tokens::LOGIN_LINK;

/// What came of following a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// It is worth nothing any more.
    Gone,
    /// Its owner is logged in.
    LoggedIn,
    /// Its owner is logged in, and the link has confirmed their address.
    Confirmed,
}

/// Has a link mailed. The work is the same with and without an account: the job finds out.
pub async fn ask(state: &AppState, visit: &Visit, email: &str) -> Result<()> {
    let email = Email::normalized(email);
    count_mail(state, visit, &LOGIN_LINK_MAIL, &email).await?;
    let job = SendLoginLink { email };
    visit.jobs.enqueue(&state.database, job).await?;
    visit.posthog.capture(LoginLinkRequested {});
    Ok(())
}

/// Whom a link logs in. Looking changes nothing.
pub async fn owner(state: &AppState, token: &str) -> Result<Option<user::Model>> {
    let found = LOGIN_LINK.find(&state.database, token).await?;
    links::owner(&state.database, found).await
}

/// Spends a link, and logs its owner in.
pub async fn follow(state: &AppState, visit: &mut Visit, token: &str) -> Result<Followed> {
    let transaction = begin(&state.database).await?;
    let spent = LOGIN_LINK.spend(&transaction, token).await?;
    let Some(mut user) = links::owner(&transaction, spent).await? else {
        transaction.rollback().await?;
        return Ok(Followed::Gone);
    };
    let confirms = user.email_confirmed_at.is_none();
    if confirms {
        // Anybody may have made this account. Only now is it known whose the address is, so nothing
        // that was prepared before opens the account any more.
        visit.end_everything(&transaction, user.id).await?;
        let nobodys = PasswordHash::unusable();
        user = user::change_password(&transaction, user, nobodys).await?;
        user = user::confirm(&transaction, user).await?;
    }
    let log_in = begin_session(visit, &transaction, user, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(visit).await?;

    visit.posthog.capture(UserLoggedIn {
        login_method: "link",
    });
    if !confirms {
        return Ok(Followed::LoggedIn);
    }
    visit.posthog.capture(EmailConfirmed {});
    Ok(Followed::Confirmed)
}
