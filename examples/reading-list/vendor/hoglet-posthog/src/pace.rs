//! [`Pace`]: how long batches wait before their next attempt.
//!
//! If PostHog asks for a wait (`Retry-After`), all batches wait, not only the one that it refused. A shutdown
//! ends every wait, because events that are not sent by then are lost.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

const FIRST_BACKOFF: Duration = Duration::from_millis(200);
/// The longest wait. It is shorter than a shutdown's time limit, which must have room for an attempt.
const LAST_BACKOFF: Duration = Duration::from_secs(5);

/// The wait that all batches share.
#[derive(Default)]
pub struct Pace {
    /// PostHog has asked for no request before this moment.
    not_before: Mutex<Option<Instant>>,
    stopping: CancellationToken,
}

/// The waits between the attempts of one batch. Each is longer than the one before.
pub struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Self(FIRST_BACKOFF)
    }
}

impl Backoff {
    fn next_wait(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (wait * 2).min(LAST_BACKOFF);
        wait
    }
}

impl Pace {
    /// From now on batches ignore the waits that PostHog asks for, because the app is stopping.
    pub fn hurry(&self) {
        self.stopping.cancel();
    }

    /// Makes all batches wait, because PostHog has asked for it.
    pub fn wait_for(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut not_before = self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *not_before = (*not_before).max(Some(until));
    }

    /// Waits until PostHog allows the next attempt.
    pub async fn may_go(&self) {
        // Another answer may ask for a longer wait meanwhile.
        while let Some(until) = self.not_before().filter(|until| *until > Instant::now()) {
            tokio::select! {
                () = sleep_until(until) => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    /// Waits between two attempts at the same batch, for `most` at most.
    pub async fn back_off(&self, backoff: &mut Backoff, most: Duration) {
        let wait = backoff.next_wait().min(most);
        if self.stopping.is_cancelled() {
            return sleep(wait).await;
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = self.stopping.cancelled() => *backoff = Backoff::default(),
        }
    }

    fn not_before(&self) -> Option<Instant> {
        *self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    async fn may_go_now(pace: &Pace) -> bool {
        timeout(Duration::ZERO, pace.may_go()).await.is_ok()
    }

    #[tokio::test]
    async fn all_batches_wait_as_long_as_posthog_asks_or_until_the_shutdown() {
        let pace = Pace::default();
        assert!(may_go_now(&pace).await);

        let asked = Instant::now();
        pace.wait_for(Duration::from_secs(700));
        // A shorter wait does not shorten a longer one.
        pace.wait_for(Duration::from_secs(3));
        let until = pace.not_before().expect("it was asked for");
        assert_eq!(until.duration_since(asked).as_secs(), 700);
        assert!(!may_go_now(&pace).await);

        pace.hurry();
        assert!(may_go_now(&pace).await);
        pace.wait_for(Duration::from_secs(700));
        assert!(may_go_now(&pace).await);
    }

    #[tokio::test]
    async fn a_wait_that_is_over_holds_up_no_batch() {
        let pace = Pace::default();
        pace.wait_for(Duration::from_millis(20));
        pace.may_go().await;
        assert!(Some(Instant::now()) >= pace.not_before());
        assert!(may_go_now(&pace).await);
    }

    #[test]
    fn between_attempts_the_wait_grows_to_five_seconds() {
        let mut backoff = Backoff::default();
        let waits = [(); 7].map(|()| backoff.next_wait().as_millis());
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 5000, 5000]);
    }
}
