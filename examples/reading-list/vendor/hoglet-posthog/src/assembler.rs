//! [`Assembler`]: adds the SDK's properties to events.
//!
//! posthog-rs adds its name and version, the operating system and the groups to each event when it writes a
//! batch. It has no public function for that, but it calls its before-send hook afterwards. So the assembler
//! gives the events to the SDK, its hook takes them back, and the SDK has nothing left to send. `transport`
//! sends them instead, because the SDK reports neither `Retry-After` nor redirects.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use posthog_rs::Event;
use tokio::sync;

use crate::minimal;

/// Adds the SDK's properties to events.
pub struct Assembler {
    client: posthog_rs::Client,
    assembled: Arc<Mutex<Vec<Event>>>,
    /// Held while a batch is assembled, because batches share `assembled`.
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

    /// The same events in the same order, with the SDK's properties.
    pub async fn assemble(&self, events: Vec<Event>) -> Vec<Event> {
        let _turn = self.turn.lock().await;
        let expected = events.len();
        // It cannot fail, because there is nothing to send.
        let _ = self.client.capture_batch_immediate(events, false).await;
        let assembled = std::mem::take(&mut *locked(&self.assembled));
        assert_eq!(assembled.len(), expected, "the SDK hands over each event");
        assembled
    }
}

fn locked(events: &Mutex<Vec<Event>>) -> MutexGuard<'_, Vec<Event>> {
    events.lock().unwrap_or_else(PoisonError::into_inner)
}
