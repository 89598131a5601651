//! Waiting for what takes a moment.

use std::time::{Duration, Instant};

/// How long anything that a test waits for may take.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Waits for something that takes a moment.
///
/// # Panics
///
/// After ten seconds.
pub async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < TIMEOUT, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
