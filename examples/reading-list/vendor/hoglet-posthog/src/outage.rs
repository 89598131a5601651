//! [`OutageLog`]: logs when PostHog stops accepting events, and when it accepts them again.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The state of PostHog, as last logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Logged {
    #[default]
    Accepting,
    /// PostHog cannot be reached or does not work.
    Unreachable,
    /// A setting must be changed.
    Misconfigured,
}

/// Logs a problem once, even if it affects many batches, and its end once.
#[derive(Default)]
pub struct OutageLog(Mutex<Logged>);

impl OutageLog {
    /// PostHog has not accepted events for a while.
    pub fn unreachable(&self, reason: &str) {
        if self.worsens_to(Logged::Unreachable) {
            tracing::warn!(
                reason,
                "PostHog does not take events; they wait and are sent again"
            );
        }
    }

    /// PostHog refuses everything until a setting is changed.
    pub fn misconfigured(&self, reason: &str) {
        if self.worsens_to(Logged::Misconfigured) {
            tracing::error!(
                reason,
                "PostHog refuses this app's events; they wait and are sent again, and are lost after \
                 POSTHOG_RETRY_SECONDS"
            );
        }
    }

    /// PostHog has accepted events.
    pub fn over(&self) {
        if std::mem::take(&mut *self.logged()) != Logged::Accepting {
            tracing::info!("PostHog takes events again");
        }
    }

    /// Whether this state is worse than the logged one, which it then replaces.
    fn worsens_to(&self, now: Logged) -> bool {
        let mut logged = self.logged();
        let is_worse = *logged < now;
        *logged = now.max(*logged);
        is_worse
    }

    fn logged(&self) -> MutexGuard<'_, Logged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
