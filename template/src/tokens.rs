//! What links in mails are for, and how long they can be followed. `hoglet_web::tokens` keeps them.

use hoglet_web::tokens::Purpose;
use time::Duration;

/// More than strangers can have sent to one account while a link is good, see `accounts::limits`: ten in
/// five minutes, so 130 within the hour of a link to reset a password. They end nobody's link.
const MAX_VALID: u32 = 150;

/// Makes a new password.
pub const RESET_PASSWORD: Purpose = Purpose {
    name: "reset_password",
    lifetime: Duration::hours(1),
    max_valid: MAX_VALID,
};

/// Shows that the address of an account is its owner's.
pub const CONFIRM_EMAIL: Purpose = Purpose {
    name: "confirm_email",
    lifetime: Duration::days(3),
    max_valid: MAX_VALID,
};

/// Shows the same of the address that an account is to have. The token was sent to that address, and
/// only the newest counts.
pub const CHANGE_EMAIL: Purpose = Purpose {
    name: "change_email",
    lifetime: Duration::days(1),
    max_valid: 1,
};

/// Logs in without a password.
pub const LOGIN_LINK: Purpose = Purpose {
    name: "login_link",
    lifetime: Duration::minutes(15),
    max_valid: MAX_VALID,
};
