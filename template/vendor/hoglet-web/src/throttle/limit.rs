//! [`Throttle`]: how often something may be tried, and what is said to who has tried too often.

use axum::http::StatusCode;
use time::Duration;

use crate::error::AppError;

/// How long an attempt counts.
pub(super) const WINDOW: Duration = Duration::minutes(5);

/// How many attempts five minutes have room for. Each bound is at least 1.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// What is tried, such as `log_in`. Each action is counted by itself.
    pub action: &'static str,
    /// One network at one account.
    pub account_and_address: u64,
    /// All networks at one account: those that the account is known at together, and all others
    /// together. Without this bound whoever commands many networks would guess for as long as they like.
    pub account: u64,
    /// One network at many accounts, where it is known at none of them.
    pub address: u64,
    /// What is said to who has tried too often. How long to wait is added.
    pub message: &'static str,
}

impl Throttle {
    /// The answer to who has to wait for this long.
    pub(super) fn refusal(&self, wait: Duration) -> AppError {
        // Rounded up: who comes back then finds room.
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
