//! [`Item`]: an item of the queue, which is an event or an exception.

use posthog_rs::Event;
use tokio::task::JoinError;

use crate::exception::{self, Exception};
use crate::size;

/// The largest event that PostHog accepts. It refuses the whole batch if one event is larger.
pub const MAX_EVENT_BYTES: usize = 1_000_000;
/// About the size of a stack, both in memory and as JSON.
const STACK_BYTES: usize = 16 * 1024;

/// An item of the queue.
pub(crate) enum Item {
    /// An event.
    Event(Event),
    /// An error whose stack has no names yet.
    Exception(Box<Exception>),
}

impl Item {
    /// At least its size as JSON, and about its size in memory.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Event(event) => size::of_event(event),
            Self::Exception(exception) => STACK_BYTES + exception.text_bytes(),
        }
    }

    /// Makes the event.
    ///
    /// An exception's stack needs debug information. It is read in the blocking pool, so that the failed
    /// request does not wait.
    pub async fn resolve(self, app: &'static str) -> Result<Event, JoinError> {
        match self {
            Self::Event(event) => Ok(event),
            Self::Exception(exception) => {
                tokio::task::spawn_blocking(move || exception::resolve(*exception, app)).await
            }
        }
    }
}
