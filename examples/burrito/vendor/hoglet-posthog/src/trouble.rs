//! [`Trouble`]: logs when PostHog stops accepting events, and when it accepts them again.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The state of PostHog, as last logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    #[default]
    Well,
    /// PostHog cannot be reached or does not work.
    Away,
    /// A setting must be changed.
    Misconfigured,
}

/// Logs a problem once, even if it affects many batches, and its end once.
#[derive(Default)]
pub struct Trouble(Mutex<Known>);

impl Trouble {
    /// PostHog has not accepted events for a while.
    pub fn away(&self, reason: &str) {
        if self.becomes(Known::Away) {
            tracing::warn!(
                reason,
                "PostHog does not take events; they wait and are sent again"
            );
        }
    }

    /// PostHog refuses everything until a setting is changed.
    pub fn misconfigured(&self, reason: &str) {
        if self.becomes(Known::Misconfigured) {
            tracing::error!(
                reason,
                "PostHog refuses this app's events; they wait and are sent again, and are lost after \
                 POSTHOG_RETRY_SECONDS"
            );
        }
    }

    /// PostHog has accepted events.
    pub fn over(&self) {
        if std::mem::take(&mut *self.known()) != Known::Well {
            tracing::info!("PostHog takes events again");
        }
    }

    /// Whether this state is worse than the logged one, which it then replaces.
    fn becomes(&self, now: Known) -> bool {
        let mut known = self.known();
        let news = *known < now;
        *known = now.max(*known);
        news
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
