//! How often something may be tried in five minutes, by account and by address.

use hoglet_web::throttle::Throttle;

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

/// Mails that anybody can have sent to an address: links to log in, to reset a password, to confirm.
pub const MAIL: Throttle = Throttle {
    action: "mail",
    account_and_address: 5,
    account: 10,
    address: 30,
    message: "Too many mails were asked for. Wait a few minutes, then try again.",
};
