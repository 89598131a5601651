//! How often something may be tried in five minutes, by account and by network.
//!
//! Networks that an account is known at have room of their own, which strangers elsewhere cannot use
//! up: see `hoglet_web::throttle`.

use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::throttle::Throttle;
use hoglet_web::users::User;
use hoglet_web::visit::Visit;

use crate::models::user;
use crate::state::AppState;

/// Wrong passwords, at log-in and in the profile.
pub const LOG_IN: Throttle = Throttle {
    action: "log_in",
    account_and_address: 5,
    account: 50,
    address: 30,
    message: "Too many log-ins have failed.",
};

/// Sign-ups, whether an account came of them or not. One a second: a school behind one address can
/// sign up together, and hashing their passwords takes a twentieth of a core.
pub const SIGN_UP: Throttle = Throttle {
    action: "sign_up",
    account_and_address: 20,
    account: 100,
    address: 300,
    message: "Too many sign-ups came from here.",
};

/// Sign-ups that were told that the address has an account. After that many of them nobody signs up
/// from there for a while: an answer for some addresses alone would go on telling.
pub const TAKEN: Throttle = Throttle {
    action: "sign_up_taken",
    account_and_address: 20,
    account: 100,
    address: 20,
    message: "Too many sign-ups from here were for addresses that have an account.",
};

/// Links to choose a new password. What one kind of mail has used up is left of the others.
pub const RESET_MAIL: Throttle = mail("reset_mail", 5, 30);

/// Links to log in.
pub const LOGIN_LINK_MAIL: Throttle = mail("login_link_mail", 5, 30);

/// Links to confirm an address: one at sign-up, and four on demand.
pub const CONFIRMATION_MAIL: Throttle = mail("confirmation_mail", 5, 30);

/// Links to change an address, and what the old address is told of it. The form tells whether the new
/// one has an account, and counts twice: for the old address and for the new one.
pub const CHANGE_MAIL: Throttle = mail("change_mail", 5, 20);

/// Links for new passwords, log-ins and changes of address, taken together. Whoever signs up with an
/// address that is not theirs has the room of its account: this bounds for how many addresses.
pub const ANY_MAIL: Throttle = Throttle {
    action: "any_mail",
    account_and_address: 30,
    account: 100,
    address: 90,
    message: TOO_MANY_MAILS,
};

const TOO_MANY_MAILS: &str = "Too many mails were asked for.";

const fn mail(action: &'static str, account_and_address: u64, address: u64) -> Throttle {
    Throttle {
        action,
        account_and_address,
        account: 2 * account_and_address,
        address,
        message: TOO_MANY_MAILS,
    }
}

/// Counts a mail to an address that anybody may type. Its account has room of its own where it is
/// known, confirmed or not; only a confirmed one is not bounded by network there.
pub async fn count_mail(
    state: &AppState,
    visit: &Visit,
    throttle: &Throttle,
    email: &Email,
) -> Result<()> {
    let user = user::find_by_email(&state.database, email).await?;
    let account = user.as_ref().map(|user| user as &dyn User);
    visit.count(throttle, email, account).await?;
    let owner = user.filter(|user| user.email_confirmed_at.is_some());
    let owner = owner.as_ref().map(|user| user as &dyn User);
    visit.count(&ANY_MAIL, email, owner).await
}
