//! Waiting until a condition holds.

use std::time::{Duration, Instant};

/// The longest time that a test waits.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Waits until a condition holds. `what` names the condition in the message of a failure.
///
/// # Panics
///
/// If the condition does not hold within ten seconds.
pub async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < TIMEOUT, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
