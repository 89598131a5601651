//! Logs in by a link in a mail, without a password.

use hoglet_web::account_mail::links::SendLoginLink;
use hoglet_web::throttle::accounts::LOGIN_LINK_MAIL;

use super::begin_session;
use crate::posthog::events::{EmailConfirmed, LoginLinkRequested, UserLoggedIn};
use crate::prelude::*;
use crate::tokens::LOGIN_LINK;

/// The result of a log-in by link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkLogIn {
    /// The link no longer works.
    LinkGone,
    /// The user is logged in.
    LoggedIn,
    /// The user is logged in, and the link has confirmed their address.
    LoggedInAndConfirmed,
}

/// Mails a link to the address, if it has an account.
pub async fn request(visit: &Visit, email: &str) -> Result<()> {
    let mailing = visit.mail_link(&LOGIN_LINK_MAIL, email, |email| SendLoginLink { email });
    mailing.await?;
    visit.posthog.capture(LoginLinkRequested {});
    Ok(())
}

/// Spends a link, and logs its user in.
pub async fn log_in(state: &AppState, visit: &mut Visit, token: &str) -> Result<LinkLogIn> {
    let transaction = begin(&state.database).await?;
    let spending = LOGIN_LINK.spend_for_user::<user::Entity>(&transaction, token);
    let Some(mut user) = spending.await? else {
        transaction.rollback().await?;
        return Ok(LinkLogIn::LinkGone);
    };
    let confirms = user.email_confirmed_at.is_none();
    if confirms {
        // A stranger may have created this account and waited for the owner of the address (account
        // pre-hijacking). The link proves that the visitor is the owner, so end everything that a
        // stranger may have prepared: sessions, links and the password.
        visit.end_everything(&transaction, user.id).await?;
        let unusable = PasswordHash::unusable();
        user = user::change_password(&transaction, user, unusable).await?;
        user = user::confirm(&transaction, user).await?;
    }
    let log_in = begin_session(visit, &transaction, user, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(visit).await?;
    visit.posthog.capture(UserLoggedIn {
        login_method: "link",
    });
    if !confirms {
        return Ok(LinkLogIn::LoggedIn);
    }
    visit.posthog.capture(EmailConfirmed {});
    Ok(LinkLogIn::LoggedInAndConfirmed)
}
