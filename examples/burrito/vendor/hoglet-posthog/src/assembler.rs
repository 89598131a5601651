//! [`Assembler`]: what the SDK adds to an event on its way.
//!
//! posthog-rs puts its name and version, the operating system and the groups on each event when it
//! writes a batch, and nothing of that is public. Its before-send hook sees the events afterwards. So
//! they are handed to the SDK, the hook takes them back, and nothing is left for it to send: requests
//! are `transport`'s, because the SDK tells neither `Retry-After` nor what a redirect is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use posthog_rs::Event;
use tokio::sync;

use crate::minimal;

/// The SDK, as far as it prepares events.
pub struct Assembler {
    client: posthog_rs::Client,
    assembled: Arc<Mutex<Vec<Event>>>,
    /// One batch at a time.
    turn: sync::Mutex<()>,
}

impl Assembler {
    pub async fn new(project_token: &str) -> Self {
        let assembled = Arc::<Mutex<Vec<Event>>>::default();
        let taking = assembled.clone();
        let mut options = posthog_rs::ClientOptionsBuilder::default();
        options
            .api_key(project_token.to_owned())
            .before_send(move |event| {
                locked(&taking).push(minimal::shortened(event));
                None
            });
        let options = options.build().expect("every required option is set");
        Self {
            client: posthog_rs::client(options).await,
            assembled,
            turn: sync::Mutex::default(),
        }
    }

    /// The same events in the same order, as PostHog is to have them.
    pub async fn assemble(&self, events: Vec<Event>) -> Vec<Event> {
        let _turn = self.turn.lock().await;
        let expected = events.len();
        // It cannot fail: there is nothing to send.
        let _ = self.client.capture_batch_immediate(events, false).await;
        let assembled = std::mem::take(&mut *locked(&self.assembled));
        assert_eq!(assembled.len(), expected, "the SDK hands over each event");
        assembled
    }
}

fn locked(events: &Mutex<Vec<Event>>) -> MutexGuard<'_, Vec<Event>> {
    events.lock().unwrap_or_else(PoisonError::into_inner)
}
