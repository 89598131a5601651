//! Waiting until something holds.

use std::time::{Duration, Instant};

/// How long a test waits.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Waits until something holds.
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
