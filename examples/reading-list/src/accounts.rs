//! Accounts: sign-up, log-in and log-out. The other operations are in `accounts/`.
//!
//! Each function reads from top to bottom. Rows that belong together are stored in one transaction,
//! with the jobs that send mails about them. The function that begins a transaction commits it.

use hoglet_web::account_mail::address::SendConfirmation;
use hoglet_web::throttle::accounts::{CONFIRMATION_MAIL, LOG_IN, SIGN_UP, TAKEN_ADDRESS};
use hoglet_web::visit::log_in::LogIn;

use crate::features::FEATURES;
use crate::models::about_user::{AboutUser, NewUser};
use crate::posthog::events::{UserLoggedIn, UserLoggedOut, UserLoginFailed, UserSignedUp};
use crate::prelude::*;

pub mod confirmation;
pub mod deletion;
pub mod email;
pub mod login_link;
pub mod password;
pub mod password_reset;

/// The result of a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// The account exists, and its user is logged in.
    LoggedIn,
    /// The account exists, and its user is logged in. No mail asks to confirm the address, because too
    /// many mails were sent to it or from this network.
    LoggedInWithoutMail,
    /// The address has an account already.
    AddressTaken,
}

/// Creates an account and logs its user in.
pub async fn sign_up(
    state: &AppState,
    visit: &mut Visit,
    email: Email,
    about: AboutUser,
    password: String,
) -> Result<SignUp> {
    let hashing = visit.hash_first_password(&SIGN_UP, &TAKEN_ADDRESS, &email, password);
    let (password_hash, taken) = hashing.await?;
    let new = NewUser {
        email,
        about,
        password_hash,
    };

    let transaction = begin(&state.database).await?;
    let Some(user) = new.insert(&transaction).await? else {
        transaction.rollback().await?;
        taken.count(&state.database).await?;
        return Ok(SignUp::AddressTaken);
    };
    taken.release(&transaction).await?;
    let mut outcome = SignUp::LoggedIn;
    if state.web.settings.mail.available() {
        // A stranger can use up the mails to an address by signing up with it and deleting the account,
        // again and again. This does not prevent the owner of the address from signing up.
        let counting = visit.count_in(&transaction, &CONFIRMATION_MAIL, &user.email);
        if counting.await? {
            let mail = SendConfirmation::to(user.id);
            visit.jobs.enqueue(&transaction, mail).await?;
        } else {
            outcome = SignUp::LoggedInWithoutMail;
        }
    }
    let log_in = begin_session(visit, &transaction, user, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(visit).await?;
    visit.posthog.capture(UserSignedUp {
        signup_method: "email",
    });
    Ok(outcome)
}

/// Logs a user in. Returns `false` if the address or the password is wrong.
pub async fn log_in(
    state: &AppState,
    visit: &mut Visit,
    email: &str,
    password: String,
    remember: Remember,
) -> Result<bool> {
    let email = Email::normalized(email);
    let user = user::find_by_email(&state.database, &email).await?;
    let known = user.as_ref().map(|user| user as &dyn User);
    let checking = visit.check_password(&LOG_IN, &email, known, password);
    let matches = checking.await?;
    let Some(checked) = user.filter(|_| matches) else {
        visit.posthog.capture(UserLoginFailed {});
        return Ok(false);
    };

    let transaction = begin(&state.database).await?;
    // Checking the password takes time. Meanwhile the account may be deleted, or its password changed.
    let user = user::lock(&transaction, checked.id).await?;
    let Some(user) = user.filter(|user| user.has_password_of(&checked)) else {
        transaction.rollback().await?;
        visit.posthog.capture(UserLoginFailed {});
        return Ok(false);
    };
    visit.forget_failures(&transaction, &LOG_IN, &email).await?;
    let log_in = begin_session(visit, &transaction, user, remember).await?;
    transaction.commit().await?;
    log_in.finish(visit).await?;
    visit.posthog.capture(UserLoggedIn {
        login_method: "email",
    });
    Ok(true)
}

/// The last step of every sign-up and log-in. After its commit, the caller begins the session with
/// `finish`.
async fn begin_session(
    visit: &Visit,
    transaction: &DatabaseTransaction,
    user: user::Model,
    remember: Remember,
) -> Result<LogIn> {
    FEATURES.after_log_in(transaction, visit, &user).await?;
    visit.log_in(transaction, user, remember).await
}

/// Ends the session. If several tabs log out at once, only one of them captures the event.
pub async fn log_out(visit: &Visit) -> Result<()> {
    if visit.log_out().await? {
        visit.posthog.capture(UserLoggedOut {});
    }
    Ok(())
}
