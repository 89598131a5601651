//! The links in mails, and how long they work. Pages and mails read the lifetimes from here.

use hoglet_web::tokens::Purpose;
use hoglet_web::tokens::links::Links;
use time::Duration;

/// Sets a new password.
pub const RESET_PASSWORD: Purpose = Purpose::new("reset_password", Duration::hours(1));

/// Confirms the address of an account.
pub const CONFIRM_EMAIL: Purpose = Purpose::new("confirm_email", Duration::days(3));

/// Confirms a new address for an account. The link is sent to that address, and only the newest works.
pub const CHANGE_EMAIL: Purpose = Purpose::new("change_email", Duration::days(1)).only_newest();

/// Logs in without a password.
pub const LOGIN_LINK: Purpose = Purpose::new("login_link", Duration::minutes(15));

/// All kinds of links, for the jobs that mail them.
pub const LINKS: Links = Links {
    reset_password: RESET_PASSWORD,
    confirm_email: CONFIRM_EMAIL,
    change_email: CHANGE_EMAIL,
    login_link: LOGIN_LINK,
};
