//! Accounts: how one is made, entered, changed and left. Each function is one story, read from top to
//! bottom; what is stored together is stored in one transaction.

use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::session::Remember;
use hoglet_web::throttle::Throttle;
use hoglet_web::users::User;
use hoglet_web::visit::Visit;

use crate::demo;
use crate::models::user;
use crate::posthog::events::{UserLoggedIn, UserLoggedOut, UserLoginFailed, UserSignedUp};
use crate::state::AppState;

/// Wrong passwords, at log-in and in the profile.
pub const LOG_IN: Throttle = Throttle {
    action: "log_in",
    account_and_address: 5,
    account: 50,
    address: 30,
    message: "Too many log-ins have failed. Wait a few minutes, then try again.",
};

/// Sign-ups, whether an account came of them or not. One a second: a school behind one address can
/// sign up together, and hashing their passwords takes a twentieth of a core.
pub const SIGN_UP: Throttle = Throttle {
    action: "sign_up",
    account_and_address: 20,
    account: 100,
    address: 300,
    message: "Too many sign-ups came from here. Wait a few minutes, then try again.",
};

/// What somebody types to sign up.
pub struct NewAccount<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub password: String,
}

/// Makes an account, and its visitor the user. `false` where the e-mail has one already.
pub async fn sign_up(state: &AppState, visit: &mut Visit, new: NewAccount<'_>) -> Result<bool> {
    let email = Email::normalized(new.email);
    let password_hash = visit
        .hash_first_password(&SIGN_UP, &email, new.password)
        .await?;

    let transaction = begin(&state.database).await?;
    let Some(user) = user::create(&transaction, email, new.name, password_hash).await? else {
        transaction.rollback().await?;
        return Ok(false);
    };
    demo::before_log_in(&transaction, visit, &user).await?;
    visit.log_in(transaction, user, Remember::No).await?;
    visit.posthog.capture(UserSignedUp {
        signup_method: "email",
    });
    Ok(true)
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
    let Some(user) = user.filter(|_| matches) else {
        visit.posthog.capture(UserLoginFailed {});
        return Ok(false);
    };

    let transaction = begin(&state.database).await?;
    demo::before_log_in(&transaction, visit, &user).await?;
    visit.forget_failures(&transaction, &LOG_IN, &email).await?;
    visit.log_in(transaction, user, remember).await?;
    visit.posthog.capture(UserLoggedIn {
        login_method: "email",
    });
    Ok(true)
}

/// Ends the session.
pub async fn log_out(visit: &Visit) -> Result<()> {
    visit.posthog.capture(UserLoggedOut {});
    visit.log_out().await
}

/// Whether this is the user's password. Counted like log-ins, so that a stolen session is no way to
/// guess it.
pub async fn check_password(visit: &Visit, user: &user::Model, password: String) -> Result<bool> {
    visit
        .check_password(&LOG_IN, &user.email, Some(user), password)
        .await
}

/// Changes the password, and ends the sessions of those who know the old one.
pub async fn change_password(
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
