//! [`Trouble`]: what the log says while PostHog does not take events, once each time.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How it stands with PostHog, as the log knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    #[default]
    Well,
    /// It passes by itself.
    Away,
    /// It waits for somebody.
    Misconfigured,
}

/// Many batches meet the same trouble, and the log tells it once; and once, that it is over.
#[derive(Default)]
pub struct Trouble(Mutex<Known>);

impl Trouble {
    /// PostHog has been out of order for a while.
    pub fn away(&self, reason: &str) {
        if self.becomes(Known::Away) {
            tracing::warn!(
                reason,
                "PostHog does not take events; they wait and are sent again"
            );
        }
    }

    /// PostHog refuses everything, until somebody changes something.
    pub fn misconfigured(&self, reason: &str) {
        if self.becomes(Known::Misconfigured) {
            tracing::error!(
                reason,
                "PostHog refuses this app's events; they wait and are sent again, and are lost after \
                 POSTHOG_RETRY_SECONDS"
            );
        }
    }

    /// PostHog has taken events.
    pub fn over(&self) {
        if std::mem::take(&mut *self.known()) != Known::Well {
            tracing::info!("PostHog takes events again");
        }
    }

    /// Whether that is news. What is worse stays.
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
