//! How often something may be tried in five minutes, by account and by address.

use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::throttle::Throttle;
use hoglet_web::visit::Visit;

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

/// Links to choose a new password. What one kind of mail has used up is left of the others.
pub const RESET_MAIL: Throttle = mail("reset_mail", 5, 30);

/// Links to log in.
pub const LOGIN_LINK_MAIL: Throttle = mail("login_link_mail", 5, 30);

/// Links to confirm an address, sent again.
pub const CONFIRMATION_MAIL: Throttle = mail("confirmation_mail", 5, 30);

/// Links to change an address, and what the old address is told of it. The form tells whether the new
/// one has an account, and counts twice: for the old address and for the new one.
pub const CHANGE_MAIL: Throttle = mail("change_mail", 5, 20);

const fn mail(action: &'static str, account_and_address: u64, address: u64) -> Throttle {
    Throttle {
        action,
        account_and_address,
        account: 2 * account_and_address,
        address,
        message: "Too many mails were asked for. Wait a few minutes, then try again.",
    }
}

/// Counts a mail to an address that anybody may type.
pub async fn count_mail(
    _: &AppState,
    visit: &Visit,
    throttle: &Throttle,
    email: &Email,
) -> Result<()> {
    visit.count(throttle, email).await
}
