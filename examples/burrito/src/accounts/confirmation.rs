//! Confirms the current address of an account, or a new one.
//!
//! A link proves that the visitor reads the mails to the address. It does not prove that the account is
//! theirs, because strangers can sign up with any address. So confirming needs the account's session or
//! its password, too. The owner of an address then never confirms a stranger's account by mistake.

use hoglet_web::account_mail::address::SendConfirmation;
use hoglet_web::throttle::accounts::{CONFIRMATION_MAIL, LOG_IN};
use hoglet_web::tokens::{StoredToken, end_all};

use super::{begin_session, password};
use crate::posthog::events::{EmailChanged, EmailConfirmed, UserLoggedIn, UserLoginFailed};
use crate::prelude::*;
use crate::tokens::{CHANGE_EMAIL, CONFIRM_EMAIL};

/// The account of a link, and the address that the link confirms.
pub struct Confirmation {
    pub user: user::Model,
    /// The address that the link was sent to.
    pub email: Email,
}

impl Confirmation {
    /// Whether the account gets a new address.
    pub fn changes_address(&self) -> bool {
        self.email != self.user.email
    }
}

/// The result of an attempt to confirm.
pub enum ConfirmResult {
    /// The address is confirmed, and the user is logged in.
    Confirmed(Confirmation),
    /// The link no longer works.
    LinkGone,
    /// The visitor is not logged in as the user, and the password is wrong.
    WrongPassword(Confirmation),
    /// Meanwhile another account has the address.
    AddressTaken(Confirmation),
}

/// Sends the link again.
pub async fn send_again(state: &AppState, visit: &Visit, user: &user::Model) -> Result<()> {
    // Counted as a stranger's request, because the address is not confirmed yet.
    visit.count(&CONFIRMATION_MAIL, &user.email, None).await?;
    let mail = SendConfirmation::to(user.id);
    visit.jobs.enqueue(&state.database, mail).await?;
    Ok(())
}

/// Finds the account and the address of a link, if the link works. Changes nothing.
pub async fn find(state: &AppState, token: &str) -> Result<Option<Confirmation>> {
    let database = &state.database;
    let user = CONFIRM_EMAIL.user::<user::Entity>(database, token).await?;
    let change = CHANGE_EMAIL.find(database, token).await?;
    of_link(database, user, change).await
}

async fn spend(transaction: &DatabaseTransaction, token: &str) -> Result<Option<Confirmation>> {
    let spending = CONFIRM_EMAIL.spend_for_user::<user::Entity>(transaction, token);
    let user = spending.await?;
    let change = CHANGE_EMAIL.spend(transaction, token).await?;
    of_link(transaction, user, change).await
}

async fn of_link(
    database: &impl ConnectionTrait,
    user: Option<user::Model>,
    change: Option<StoredToken>,
) -> Result<Option<Confirmation>> {
    if let Some(user) = user {
        let email = user.email.clone();
        return Ok(Some(Confirmation { user, email }));
    }
    let Some(change) = change else {
        return Ok(None);
    };
    let user = user::find(database, change.user_id).await?;
    let email = change.sent_to;
    Ok(user.map(|user| Confirmation { user, email }))
}

/// Confirms the address of a link. A visitor who is not logged in as the user needs the password, and
/// is then logged in.
pub async fn confirm(
    state: &AppState,
    visit: &mut Visit,
    signed_in: Option<&user::Model>,
    token: &str,
    password: String,
) -> Result<ConfirmResult> {
    let Some(found) = find(state, token).await? else {
        return Ok(ConfirmResult::LinkGone);
    };
    let is_own = signed_in.is_some_and(|user| user.id == found.user.id);
    if !is_own && !password::check(visit, &found.user, password).await? {
        visit.posthog.capture(UserLoginFailed {});
        return Ok(ConfirmResult::WrongPassword(found));
    }

    let transaction = begin(&state.database).await?;
    let spent = spend(&transaction, token).await?;
    // Checking the password takes time. Meanwhile it may be changed.
    let spent = spent.filter(|now| now.user.has_password_of(&found.user));
    let Some(Confirmation { user, email }) = spent else {
        transaction.rollback().await?;
        return Ok(ConfirmResult::LinkGone);
    };
    let (was_confirmed, old_email) = (user.email_confirmed_at.is_some(), user.email.clone());
    let user = if email == old_email {
        user::confirm(&transaction, user).await?
    } else {
        let notice = Notice::EmailChanged;
        visit.notify(&transaction, &user, notice).await?;
        let Some(user) = user::change_email(&transaction, user, email).await? else {
            transaction.rollback().await?;
            return Ok(ConfirmResult::AddressTaken(found));
        };
        // The links in the mailbox of the old address must not work any more.
        end_all(&transaction, user.id).await?;
        user
    };
    if is_own {
        transaction.commit().await?;
    } else {
        visit
            .forget_failures(&transaction, &LOG_IN, &old_email)
            .await?;
        let log_in = begin_session(visit, &transaction, user.clone(), Remember::No).await?;
        transaction.commit().await?;
        log_in.finish(visit).await?;
        visit.posthog.capture(UserLoggedIn {
            login_method: "email",
        });
    }
    if found.changes_address() {
        visit.posthog.capture(EmailChanged {});
        visit.posthog.set_person(&user);
    } else if !was_confirmed {
        visit.posthog.capture(EmailConfirmed {});
    }
    Ok(ConfirmResult::Confirmed(found))
}
