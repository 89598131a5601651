//! Groups: the company, team or project that a request belongs to.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash, RandomState};
use std::panic::Location;
use std::sync::{Mutex, MutexGuard};

use serde_json::{Map, Value};
use tokio::sync::oneshot::error::TryRecvError;

use crate::ledger::Delivered;

/// The groups of a request: one of each type, such as `company`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups(BTreeMap<&'static str, Group>);

#[derive(Clone, Debug, PartialEq)]
struct Group {
    key: String,
    properties: Map<String, Value>,
}

impl Groups {
    pub fn insert(&mut self, group_type: &'static str, key: &str, properties: Map<String, Value>) {
        let key = key.to_owned();
        self.0.insert(group_type, Group { key, properties });
    }

    /// The event property `$groups`; none without a group.
    pub fn property(&self) -> Option<Value> {
        let keys = self.0.iter();
        let keys: Map<_, _> = keys
            .map(|(group_type, group)| ((*group_type).to_owned(), group.key.clone().into()))
            .collect();
        (!keys.is_empty()).then_some(Value::Object(keys))
    }

    /// Keys by type, for the evaluation of flags.
    pub fn keys(&self) -> HashMap<String, String> {
        let groups = self.0.iter();
        groups
            .map(|(group_type, group)| ((*group_type).to_owned(), group.key.clone()))
            .collect()
    }

    /// Properties by type, for the evaluation of flags.
    pub fn properties(&self) -> HashMap<String, HashMap<String, Value>> {
        let groups = self.0.iter();
        groups
            .map(|(group_type, group)| {
                let properties = group.properties.clone().into_iter().collect();
                ((*group_type).to_owned(), properties)
            })
            .collect()
    }
}

/// Whether the type or the key is blank. PostHog does not store such a group.
///
/// If it is, this logs an error that names the call.
#[track_caller]
pub fn is_blank(call: &'static str, group_type: &str, group_key: &str) -> bool {
    let blank = if group_type.trim().is_empty() {
        "type"
    } else if group_key.trim().is_empty() {
        "key"
    } else {
        return false;
    };
    tracing::error!(
        call,
        at = %Location::caller(),
        group_type,
        group_key,
        "the group's {blank} is blank, so nothing is sent about it: leave the call out where there is no group"
    );
    true
}

/// How many groups are remembered, about 100 bytes each.
const REMEMBERED: usize = 100_000;

/// Remembers which groups' properties this process has sent.
///
/// So they are sent again only if they have changed or were lost.
#[derive(Debug, Default)]
pub struct SentGroups {
    hasher: RandomState,
    /// What was sent, by the hash of a group's type and key.
    sent: Mutex<HashMap<u64, SentGroup>>,
}

#[derive(Debug)]
struct SentGroup {
    /// The hash of the properties.
    properties: u64,
    /// None once PostHog has accepted the properties.
    pending: Option<Delivered>,
}

impl SentGroup {
    /// Whether PostHog has accepted the properties, or may still do so.
    fn is_delivered_or_pending(&mut self) -> bool {
        let Some(delivered) = &mut self.pending else {
            return true;
        };
        match delivered.try_recv() {
            Ok(()) => {
                self.pending = None;
                true
            }
            Err(TryRecvError::Empty) => true,
            Err(TryRecvError::Closed) => false,
        }
    }
}

impl SentGroups {
    /// Calls `send`, unless these properties were sent last and were not lost.
    ///
    /// `send` returns none if PostHog is off.
    pub fn send_if_new(
        &self,
        group_type: &str,
        key: &str,
        properties: &Map<String, Value>,
        send: impl FnOnce() -> Option<Delivered>,
    ) {
        let group = self.hash((group_type, key));
        let properties = self.hash(properties);
        let mut sent = self.sent();
        let known = sent.get_mut(&group);
        if known
            .is_some_and(|group| group.properties == properties && group.is_delivered_or_pending())
        {
            return;
        }
        if sent.len() >= REMEMBERED {
            sent.clear();
        }
        let pending = send();
        let now = SentGroup {
            properties,
            pending,
        };
        sent.insert(group, now);
    }

    fn hash(&self, value: impl Hash) -> u64 {
        self.hasher.hash_one(value)
    }

    fn sent(&self) -> MutexGuard<'_, HashMap<u64, SentGroup>> {
        self.sent
            .lock()
            .expect("nobody panics while holding the memory")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tokio::sync::oneshot;

    use super::*;

    fn properties(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(properties) => properties,
            other => panic!("{other} is no object"),
        }
    }

    /// Whether the group is sent; if so, it is delivered.
    fn is_sent(sent_groups: &SentGroups, group_type: &str, key: &str, value: Value) -> bool {
        let mut sent = false;
        sent_groups.send_if_new(group_type, key, &properties(value), || {
            sent = true;
            let (arrived, delivered) = oneshot::channel();
            arrived.send(()).expect("somebody waits");
            Some(delivered)
        });
        sent
    }

    #[test]
    fn a_group_is_sent_once_and_again_when_it_changes() {
        let sent_groups = SentGroups::default();
        let small = || json!({ "plan": "small" });
        let large = || json!({ "plan": "large" });
        assert!(is_sent(&sent_groups, "company", "acme", small()));
        assert!(!is_sent(&sent_groups, "company", "acme", small()));
        assert!(is_sent(&sent_groups, "company", "other", small()));
        assert!(is_sent(&sent_groups, "team", "acme", small()));
        assert!(is_sent(&sent_groups, "company", "acme", large()));
        assert!(is_sent(&sent_groups, "company", "acme", small()));
    }

    #[test]
    fn pending_properties_are_not_sent_again_and_lost_ones_are() {
        let sent_groups = SentGroups::default();
        let small = properties(json!({ "plan": "small" }));
        let (pending, delivered) = oneshot::channel();
        sent_groups.send_if_new("company", "acme", &small, || Some(delivered));
        assert!(!is_sent(
            &sent_groups,
            "company",
            "acme",
            json!({ "plan": "small" })
        ));
        drop(pending);
        assert!(is_sent(
            &sent_groups,
            "company",
            "acme",
            json!({ "plan": "small" })
        ));
        assert!(!is_sent(
            &sent_groups,
            "company",
            "acme",
            json!({ "plan": "small" })
        ));
    }

    #[test]
    fn the_memory_is_bounded() {
        let sent_groups = SentGroups::default();
        for number in 0..REMEMBERED * 2 {
            sent_groups.send_if_new("company", &number.to_string(), &Map::new(), || None);
            assert!(sent_groups.sent().len() <= REMEMBERED);
        }
    }

    #[test]
    fn a_blank_type_or_key_is_an_error_in_the_log_that_names_the_call() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let log = Mutex::new(file.reopen().expect("the same file"));
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(log)
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            assert!(is_blank("with_group", "company", ""));
            assert!(is_blank("group_identify", " \t", "acme"));
            assert!(is_blank("with_group", "company", "\u{2003}\n"));
            assert!(!is_blank("with_group", "company", " acme "));
        });

        let log = fs::read_to_string(file.path()).expect("the log is text");
        let lines: Vec<_> = log.lines().collect();
        assert_eq!(lines.len(), 3, "{log}");
        for (line, call, blank) in [
            (lines[0], "with_group", "key"),
            (lines[1], "group_identify", "type"),
            (lines[2], "with_group", "key"),
        ] {
            assert!(line.contains("ERROR"), "{line}");
            assert!(line.contains(call), "{line}");
            assert!(
                line.contains(&format!("the group's {blank} is blank")),
                "{line}"
            );
            assert!(line.contains("groups.rs:"), "{line}");
        }
    }
}
