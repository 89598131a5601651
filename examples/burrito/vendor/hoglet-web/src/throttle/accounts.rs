//! Throttles of accounts: how often something may be tried in five minutes.
//!
//! An app that needs other numbers passes a [`Throttle`] of its own.

use super::limit::Throttle;

/// Wrong passwords, at log-in and in all forms that require the current password.
pub const LOG_IN: Throttle = Throttle {
    action: "log_in",
    account_and_address: 5,
    account: 50,
    address: 30,
    message: "Too many log-ins have failed.",
};

/// Sign-ups, successful or not: about one per second.
///
/// A school behind one address can sign up together. Hashing their passwords takes a twentieth of a
/// core.
pub const SIGN_UP: Throttle = Throttle {
    action: "sign_up",
    account_and_address: 20,
    account: 100,
    address: 300,
    message: "Too many sign-ups came from here.",
};

/// Sign-ups with an address that has an account.
///
/// Above the limit, the network cannot sign up at all for a while. Refusing only these addresses
/// would still reveal which ones have an account.
pub const TAKEN_ADDRESS: Throttle = Throttle {
    action: "sign_up_taken",
    account_and_address: 20,
    account: 100,
    address: 20,
    message: "Too many sign-ups from here were for addresses that have an account.",
};

/// Links to choose a new password. Each kind of mail has its own limits.
pub const RESET_MAIL: Throttle = mail("reset_mail", 5, 30);

/// Links to log in.
pub const LOGIN_LINK_MAIL: Throttle = mail("login_link_mail", 5, 30);

/// Links to confirm an address: one at sign-up, and four on demand.
pub const CONFIRMATION_MAIL: Throttle = mail("confirmation_mail", 5, 30);

/// Links to change an address, and the notice to the old address.
///
/// They count for both addresses. The form reveals whether the new address has an account.
pub const CHANGE_MAIL: Throttle = mail("change_mail", 5, 20);

/// All mails to addresses that visitors type, together: limits to how many addresses one network can
/// send mails.
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
