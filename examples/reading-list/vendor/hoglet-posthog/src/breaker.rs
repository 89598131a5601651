//! A circuit breaker for requests for flags.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

const FAILURES_BEFORE_OPENING: u32 = 3;
const OPEN_FOR: Duration = Duration::from_secs(15);

/// Opens after a few failures in a row. While it is open, it allows one request at intervals.
#[derive(Default)]
pub struct Breaker(Mutex<BreakerState>);

#[derive(Default)]
struct BreakerState {
    failures: u32,
    retry_at: Option<Instant>,
}

impl Breaker {
    pub fn allows(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.retry_at {
            Some(at) if now < at => false,
            Some(_) => {
                state.retry_at = Some(now + OPEN_FOR);
                true
            }
            None => true,
        }
    }

    pub fn succeeded(&self) {
        let mut state = self.state();
        if state.retry_at.is_some() {
            tracing::info!("PostHog answers for flags again");
        }
        *state = BreakerState::default();
    }

    pub fn failed(&self, reason: &str, now: Instant) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FAILURES_BEFORE_OPENING {
            if state.retry_at.is_none() {
                tracing::warn!(
                    reason,
                    "PostHog does not answer for flags; those that are not evaluated in this process have their defaults"
                );
            }
            state.retry_at = Some(now + OPEN_FOR);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, BreakerState> {
        self.0
            .lock()
            .expect("nobody panics while holding the breaker")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_three_failures_one_request_now_and_again_tries_until_one_succeeds() {
        let breaker = Breaker::default();
        let mut now = Instant::now();
        for _ in 0..FAILURES_BEFORE_OPENING {
            assert!(breaker.allows(now));
            breaker.failed("a test", now);
        }
        assert!(!breaker.allows(now));

        now += OPEN_FOR;
        assert!(breaker.allows(now));
        assert!(!breaker.allows(now), "one is enough to see");
        breaker.failed("a test", now);
        assert!(!breaker.allows(now));

        now += OPEN_FOR;
        assert!(breaker.allows(now));
        breaker.succeeded();
        assert!(breaker.allows(now));
        assert!(breaker.allows(now));
    }
}
