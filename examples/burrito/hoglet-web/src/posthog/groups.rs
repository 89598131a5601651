//! Groups: the company, team or project on whose behalf a request is made.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard};

use serde_json::{Map, Value};

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

    /// The event property `$groups`; nothing without a group.
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

    /// Properties by type, for the same.
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

/// Groups remembered at most, about 16 bytes each.
const REMEMBERED: usize = 100_000;

/// What this process has told PostHog about each group, so that it says so again only when something
/// has changed.
#[derive(Debug, Default)]
pub struct Described {
    hasher: RandomState,
    /// From the hash of type and key to that of the properties.
    sent: Mutex<HashMap<u64, u64>>,
}

impl Described {
    /// Whether these properties are not what was said last; from now on they are.
    pub fn is_news(&self, group_type: &str, key: &str, properties: &Map<String, Value>) -> bool {
        let group = self.hash((group_type, key));
        let properties = self.hash(properties);
        let mut sent = self.sent();
        if sent.get(&group) == Some(&properties) {
            return false;
        }
        if sent.len() >= REMEMBERED {
            sent.clear();
        }
        sent.insert(group, properties);
        true
    }

    fn hash(&self, value: impl Hash) -> u64 {
        self.hasher.hash_one(value)
    }

    fn sent(&self) -> MutexGuard<'_, HashMap<u64, u64>> {
        self.sent
            .lock()
            .expect("nobody panics while holding the memory")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn properties(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(properties) => properties,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn a_group_is_news_until_it_was_told_and_when_it_changes() {
        let described = Described::default();
        let small = properties(json!({ "plan": "small" }));
        let large = properties(json!({ "plan": "large" }));
        assert!(described.is_news("company", "acme", &small));
        assert!(!described.is_news("company", "acme", &small));
        assert!(described.is_news("company", "other", &small));
        assert!(described.is_news("team", "acme", &small));
        assert!(described.is_news("company", "acme", &large));
        assert!(described.is_news("company", "acme", &small));
    }

    #[test]
    fn the_memory_is_bounded() {
        let described = Described::default();
        for number in 0..REMEMBERED * 2 {
            described.is_news("company", &number.to_string(), &Map::new());
            assert!(described.sent().len() <= REMEMBERED);
        }
    }
}
