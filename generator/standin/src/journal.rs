//! One line for each event that a browser sends, for a terminal.
//!
//! The app's own log shows the app's events.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::watch;

use crate::standin::Standin;

/// The SDK that generated apps use.
const FROM_THE_APP: &str = "posthog-rs";
/// The pause between two groups of lines.
const PULSE: Duration = Duration::from_millis(100);

pub struct Journal {
    standin: Arc<Standin>,
    changes: watch::Receiver<u64>,
    events_printed: u64,
    malformed_printed: u64,
}

impl Journal {
    pub fn new(standin: Arc<Standin>) -> Self {
        let (events_printed, malformed_printed) = {
            let counts = &standin.read().counts;
            (counts.events, counts.malformed)
        };
        Self {
            changes: standin.changes(),
            standin,
            events_printed,
            malformed_printed,
        }
    }

    /// Waits until there may be new lines.
    pub async fn changed(&mut self) {
        // The sender lives as long as the stand-in, and this journal keeps the stand-in alive.
        let _ = self.changes.changed().await;
        tokio::time::sleep(PULSE).await;
    }

    /// A line for each event since the last call, the oldest first.
    pub fn lines(&mut self) -> Vec<String> {
        let store = self.standin.read();
        let counts = &store.counts;
        if counts.events < self.events_printed || counts.malformed < self.malformed_printed {
            // The store was reset.
            self.events_printed = 0;
            self.malformed_printed = 0;
        }
        let events = store.events().rev();
        let mut lines: Vec<String> = events
            .take_while(|event| event.sequence > self.events_printed)
            .filter(|event| !is_from_the_app(event.properties.get()))
            .map(|event| {
                let who = if event.personless {
                    "visitor "
                } else {
                    "user "
                };
                line(&event.name, who, &event.distinct_id)
            })
            .collect();
        lines.reverse();
        let refused = counts.malformed - self.malformed_printed;
        let refused = store
            .malformed()
            .take(usize::try_from(refused).unwrap_or(usize::MAX));
        lines.extend(refused.map(|request| {
            remove_control_characters(&format!("refused at {}: {}", request.path, request.reason))
        }));
        self.events_printed = counts.events;
        self.malformed_printed = counts.malformed;
        lines
    }
}

fn is_from_the_app(properties: &str) -> bool {
    #[derive(Deserialize)]
    struct Library<'a> {
        #[serde(borrow, rename = "$lib")]
        name: Cow<'a, str>,
    }
    serde_json::from_str::<Library>(properties).is_ok_and(|library| library.name == FROM_THE_APP)
}

/// An event in columns, with the beginning of its distinct id.
pub fn line(event: &str, who: &str, distinct_id: &str) -> String {
    let beginning: String = distinct_id.chars().take(8).collect();
    let ellipsis = if beginning.len() < distinct_id.len() {
        "…"
    } else {
        ""
    };
    remove_control_characters(&format!("{event:<24} as {who}{beginning}{ellipsis}"))
}

/// Removes control characters: events contain text from strangers, which must not control the terminal.
fn remove_control_characters(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Map;
    use serde_json::value::RawValue;

    use super::*;
    use crate::event::Event;
    use crate::scripts::Scripts;
    use crate::store::Store;

    #[test]
    fn what_was_there_before_is_not_told_again() {
        let standin = Arc::new(Standin::new(
            Store::new(10, BTreeMap::new()),
            Scripts::Carried,
        ));
        let capture = |name: &str| {
            let event = Event {
                token: "phc_a".into(),
                name: name.to_owned(),
                uuid: name.to_owned(),
                distinct_id: "ann".into(),
                timestamp: None,
                properties: Map::new(),
            };
            let raw = RawValue::from_string("{}".into()).unwrap();
            standin.change(|store| store.take(event, raw, "/batch", 0));
        };
        capture("from-the-state-file");
        let mut journal = Journal::new(Arc::clone(&standin));
        assert!(journal.lines().is_empty());
        capture("new");
        assert_eq!(journal.lines().len(), 1);
    }
}
