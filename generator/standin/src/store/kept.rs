//! [`Kept`]: an event in the store.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::people::ingestion::Ingestion;

/// An event and its ingestion. The properties are kept as text, which takes a fifth of the memory.
pub struct Kept {
    pub sequence: u64,
    pub received_at: u64,
    pub path: Cow<'static, str>,
    pub token: Arc<str>,
    pub name: String,
    pub uuid: String,
    pub distinct_id: String,
    pub session_id: Option<String>,
    pub timestamp: Option<String>,
    pub personless: bool,
    pub(super) ingestion: Ingestion,
    /// Whether the event links ids or changes the properties of a person.
    pub(super) about_people: bool,
    pub properties: Box<RawValue>,
}

impl Kept {
    /// Whether PostHog drops the event. The stand-in still shows it.
    pub fn is_dropped(&self) -> bool {
        self.ingestion.ignored.is_some()
    }

    pub fn weight(&self) -> usize {
        512 + self.properties.get().len()
            + 2 * self.uuid.len()
            + self.name.len()
            + self.distinct_id.len()
    }
}
