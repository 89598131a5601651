//! [`Item`]: an entry of the queue. An event that is ready, or an exception with a stack without names.

use posthog_rs::Event;
use tokio::task::JoinError;

use crate::exception::{self, Exception};
use crate::size;

/// PostHog takes no larger event, and refuses the whole batch that one is in.
pub const MAX_EVENT_BYTES: usize = 1_000_000;
/// A stack, as addresses in memory and as names on the wire.
const STACK_BYTES: usize = 16 * 1024;

/// An entry of the queue.
pub(crate) enum Item {
    /// An event that is ready.
    Event(Event),
    /// An error, its stack still to be resolved.
    Exception(Box<Exception>),
}

impl Item {
    /// Its size as JSON at least, and about its size in memory.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Event(event) => size::of_event(event),
            Self::Exception(exception) => STACK_BYTES + exception.text_bytes(),
        }
    }

    /// Looking up the names in a stack reads debug information: work for the blocking pool, and not
    /// for the request that broke.
    pub async fn resolve(self, app: &'static str) -> Result<Event, JoinError> {
        match self {
            Self::Event(event) => Ok(event),
            Self::Exception(exception) => {
                tokio::task::spawn_blocking(move || exception::resolve(*exception, app)).await
            }
        }
    }
}
