//! [`Throttle`]: the limits of an action, and the answer when they are exceeded.

use axum::http::StatusCode;
use time::Duration;

use crate::error::AppError;

/// How long an attempt counts.
pub(super) const WINDOW: Duration = Duration::minutes(5);

/// How many attempts are allowed in five minutes. Each limit is at least 1.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// The action, such as `log_in`. Each action is counted separately.
    pub action: &'static str,
    /// The limit for one network at one account.
    pub account_and_address: u64,
    /// The limit for all networks at one account.
    ///
    /// Networks where the account is known are counted together, and so are all others. This limit stops
    /// attackers who use many networks.
    pub account: u64,
    /// The limit for one network at all accounts that are not known there.
    pub address: u64,
    /// The message of the refusal. The time to wait is added.
    pub message: &'static str,
}

impl Throttle {
    /// The answer to an attempt without room.
    pub(super) fn refusal(&self, wait: Duration) -> AppError {
        // Rounded up, so that there is room after this time.
        let seconds = wait.as_seconds_f64().ceil() as u64;
        let seconds = seconds.clamp(1, WINDOW.whole_seconds().unsigned_abs());
        let message = match seconds.div_ceil(60) {
            1 => format!("{} Try again in 1 minute.", self.message),
            minutes => format!("{} Try again in {minutes} minutes.", self.message),
        };
        let wait = std::time::Duration::from_secs(seconds);
        AppError::new(StatusCode::TOO_MANY_REQUESTS, message).retry_after(wait)
    }
}
