//! Confirming an address: the one that an account has, or the one that it is to have.
//!
//! Nobody confirms for somebody else. Who reads the mail knows the address, and whoever signed up
//! knows the account; only who is both may confirm. So it takes the account's session or its
//! password besides the link: the owner of an address never confirms what a stranger has made with it.

use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::session::Remember;
use hoglet_web::tokens::{StoredToken, end_all};
use hoglet_web::visit::Visit;
use sea_orm::ConnectionTrait;

use super::limits::{CONFIRMATION_MAIL, LOG_IN};
use super::{begin_session, links, password};
use crate::jobs::send_confirmation::SendConfirmation;
use crate::jobs::send_notice::{Notice, SendNotice};
use crate::models::user;
use crate::posthog::events::{EmailChanged, EmailConfirmed, UserLoggedIn, UserLoginFailed};
use crate::state::AppState;
use crate::tokens::{CHANGE_EMAIL, CONFIRM_EMAIL};

/// What a link stands for.
pub struct Confirmation {
    /// The account.
    pub user: user::Model,
    /// The address that the mail went to.
    pub email: Email,
}

/// What became of an attempt to confirm.
pub enum Outcome {
    /// It is confirmed, and whoever did it is signed in.
    Done(Confirmation),
    /// The link is worth nothing any more.
    Gone,
    /// Who is there is not signed in as the account, and this is not its password.
    WrongPassword(Confirmation),
    /// Another account has the address by now.
    Taken(Confirmation),
}

impl Confirmation {
    /// Whether the account is to have another address.
    pub fn changes(&self) -> bool {
        self.email != self.user.email
    }
}

/// Sends the link again.
pub async fn send_again(state: &AppState, visit: &Visit, user: &user::Model) -> Result<()> {
    // Nobody has shown yet that the address is theirs.
    visit.count(&CONFIRMATION_MAIL, &user.email, None).await?;
    let job = SendConfirmation::to(user.id);
    visit.jobs.enqueue(&state.database, job).await?;
    Ok(())
}

/// What a link stands for, as long as it is good. Changes nothing.
pub async fn find(state: &AppState, token: &str) -> Result<Option<Confirmation>> {
    let database = &state.database;
    let confirms = CONFIRM_EMAIL.find(database, token).await?;
    let changes = CHANGE_EMAIL.find(database, token).await?;
    about(database, confirms, changes).await
}

async fn about(
    database: &impl ConnectionTrait,
    confirms: Option<StoredToken>,
    changes: Option<StoredToken>,
) -> Result<Option<Confirmation>> {
    if let Some(user) = links::owner(database, confirms).await? {
        let email = user.email.clone();
        return Ok(Some(Confirmation { user, email }));
    }
    let Some(token) = changes else {
        return Ok(None);
    };
    let user = user::find(database, token.user_id).await?;
    let email = token.sent_to;
    Ok(user.map(|user| Confirmation { user, email }))
}

/// Confirms the address of a link. Without the account's session it takes the account's password, and
/// is a log-in.
pub async fn confirm(
    state: &AppState,
    visit: &mut Visit,
    signed_in: Option<&user::Model>,
    token: &str,
    password: String,
) -> Result<Outcome> {
    let Some(found) = find(state, token).await? else {
        return Ok(Outcome::Gone);
    };
    let is_own = signed_in.is_some_and(|user| user.id == found.user.id);
    if !is_own && !password::check(visit, &found.user, password).await? {
        visit.posthog.capture(UserLoginFailed {});
        return Ok(Outcome::WrongPassword(found));
    }

    let transaction = begin(&state.database).await?;
    let confirms = CONFIRM_EMAIL.spend(&transaction, token).await?;
    let changes = CHANGE_EMAIL.spend(&transaction, token).await?;
    let spent = about(&transaction, confirms, changes).await?;
    // A password that was changed since it was checked proves nothing.
    let spent = spent.filter(|now| now.user.password_hash == found.user.password_hash);
    let Some(Confirmation {
        user: before,
        email,
    }) = spent
    else {
        transaction.rollback().await?;
        return Ok(Outcome::Gone);
    };
    let is_news = before.email_confirmed_at.is_none();
    let old = before.email.clone();
    let user = if email == old {
        user::confirm(&transaction, before).await?
    } else {
        let (settings, notice) = (&state.web.settings, Notice::EmailChanged);
        SendNotice::enqueue_for(settings, &visit.jobs, &transaction, &before, notice).await?;
        let Some(user) = user::change_email(&transaction, before, email).await? else {
            transaction.rollback().await?;
            return Ok(Outcome::Taken(found));
        };
        // What lies in the mailbox of the old address is worth nothing from here on.
        end_all(&transaction, user.id).await?;
        user
    };
    if is_own {
        transaction.commit().await?;
    } else {
        visit.forget_failures(&transaction, &LOG_IN, &old).await?;
        let log_in = begin_session(visit, &transaction, user.clone(), Remember::No).await?;
        transaction.commit().await?;
        log_in.finish(visit).await?;
        visit.posthog.capture(UserLoggedIn {
            login_method: "email",
        });
    }
    if found.changes() {
        visit.posthog.capture(EmailChanged {});
        visit.posthog.set_person(&user);
    } else if is_news {
        visit.posthog.capture(EmailConfirmed {});
    }
    Ok(Outcome::Done(found))
}
