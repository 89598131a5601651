//! Accounts: how one is made, entered, changed and left. Each function is one story, read from top to
//! bottom; what is stored together is stored in one transaction, with the jobs that send its mails.

use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::session::Remember;
use hoglet_web::users::User;
use hoglet_web::visit::Visit;
use hoglet_web::visit::log_in::LogIn;
use sea_orm::DatabaseTransaction;

use crate::demo;
use crate::jobs::send_confirmation::SendConfirmation;
use crate::models::user;
use crate::posthog::events::{UserLoggedIn, UserLoggedOut, UserLoginFailed, UserSignedUp};
use crate::state::AppState;

pub mod confirmation;
pub mod deletion;
pub mod email;
pub mod limits;
pub mod links;
pub mod login_link;
pub mod password;
pub mod password_reset;

use limits::{CONFIRMATION_MAIL, LOG_IN, SIGN_UP, TAKEN};

/// What somebody types to sign up.
pub struct NewAccount<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub password: String,
}

/// What came of signing up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// There is an account, and its user is signed in.
    Done,
    /// So there is, but no mail asks to confirm its address: too many went there, or from here.
    DoneWithoutMail,
    /// The e-mail has an account already.
    Taken,
}

/// Makes an account, and its visitor the user.
pub async fn sign_up(state: &AppState, visit: &mut Visit, new: NewAccount<'_>) -> Result<SignUp> {
    let email = Email::normalized(new.email);
    let (password_hash, reservation) = visit
        .hash_first_password(&SIGN_UP, &TAKEN, &email, new.password)
        .await?;

    let transaction = begin(&state.database).await?;
    let made = user::create(&transaction, email.clone(), new.name, password_hash).await?;
    let Some(user) = made else {
        transaction.rollback().await?;
        reservation.count(&state.database).await?;
        return Ok(SignUp::Taken);
    };
    reservation.release(&transaction).await?;
    let mut outcome = SignUp::Done;
    if state.web.settings.mail.available() {
        // Strangers who sign up with somebody's address, delete the account and begin again use up
        // mails to it. They keep nobody from signing up.
        if visit
            .count_in(&transaction, &CONFIRMATION_MAIL, &email)
            .await?
        {
            let asks = SendConfirmation::to(user.id);
            visit.jobs.enqueue(&transaction, asks).await?;
        } else {
            outcome = SignUp::DoneWithoutMail;
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

/// Begins a user's session. `false` where e-mail and password do not belong together.
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
    let matches = visit
        .check_password(&LOG_IN, &email, known, password)
        .await?;
    let Some(checked) = user.filter(|_| matches) else {
        visit.posthog.capture(UserLoginFailed {});
        return Ok(false);
    };

    let transaction = begin(&state.database).await?;
    // Checking takes a while. An account that was deleted since, or has another password, is not entered.
    let user = user::hold(&transaction, checked.id).await?;
    let Some(user) = user.filter(|now| now.password_hash == checked.password_hash) else {
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

/// The end of every sign-up and log-in: gives the user what the visitor did. After the commit
/// `finish` begins the session.
async fn begin_session(
    visit: &Visit,
    transaction: &DatabaseTransaction,
    user: user::Model,
    remember: Remember,
) -> Result<LogIn> {
    demo::before_log_in(transaction, visit, &user).await?;
    visit.log_in(transaction, user, remember).await
}

/// Ends the session. Sent from several tabs at once, one of them captures the event.
pub async fn log_out(visit: &Visit) -> Result<()> {
    if visit.log_out().await? {
        visit.posthog.capture(UserLoggedOut {});
    }
    Ok(())
}
