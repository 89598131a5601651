//! Remembers for a while which flags PostHog does not know.
//!
//! So PostHog is not asked for them by each request.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

/// Keys that are neither in the definitions nor in PostHog's answer.
///
/// There are never more of them than the app has flags.
pub struct UnknownFlags {
    lasts: Duration,
    since: Mutex<HashMap<&'static str, Instant>>,
}

impl UnknownFlags {
    /// Forgets a key after this time.
    pub fn for_at_most(lasts: Duration) -> Self {
        Self {
            lasts,
            since: Mutex::default(),
        }
    }

    pub fn remember(&self, keys: impl IntoIterator<Item = &'static str>, now: Instant) {
        self.since().extend(keys.into_iter().map(|key| (key, now)));
    }

    pub fn contains(&self, key: &str, now: Instant) -> bool {
        self.since()
            .get(key)
            .is_some_and(|since| now.duration_since(*since) < self.lasts)
    }

    fn since(&self) -> MutexGuard<'_, HashMap<&'static str, Instant>> {
        self.since
            .lock()
            .expect("nobody panics while holding the memory")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_remembered_until_its_time_has_passed() {
        let lasts = Duration::from_secs(30);
        let unknown = UnknownFlags::for_at_most(lasts);
        let now = Instant::now();
        assert!(!unknown.contains("beta", now));
        unknown.remember(["beta"], now);
        assert!(unknown.contains("beta", now + lasts / 2));
        assert!(!unknown.contains("other", now));
        assert!(!unknown.contains("beta", now + lasts));

        unknown.remember(["beta"], now + lasts);
        assert!(unknown.contains("beta", now + lasts));
    }
}
