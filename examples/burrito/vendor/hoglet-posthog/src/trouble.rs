//! [`Trouble`]: one line in the log when PostHog stops taking events, and one when it takes them again.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The state of PostHog that the log has reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    #[default]
    Well,
    /// An outage.
    Away,
    /// It needs a changed setting.
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

    /// PostHog has taken events.
    pub fn over(&self) {
        if std::mem::take(&mut *self.known()) != Known::Well {
            tracing::info!("PostHog takes events again");
        }
    }

    /// Whether that is new to the log. A worse state stays.
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
