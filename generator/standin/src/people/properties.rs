//! The properties of a person, and their changes by an event.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde_json::map::Entry;
use serde_json::{Map, Value};

use crate::event::Event;
use crate::people::lifting::lifted;

#[derive(Debug, Default)]
pub struct Properties {
    map: Map<String, Value>,
    /// The size in bytes of JSON, kept up to date with every change.
    weight: usize,
}

impl Deref for Properties {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.map
    }
}

impl Properties {
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Adds the properties that are not there yet.
    pub fn fill_in(&mut self, others: Self) {
        for (key, value) in others.map {
            if let Entry::Vacant(free) = self.map.entry(key) {
                self.weight += entry_weight(free.key(), &value);
                free.insert(value);
            }
        }
    }

    /// Applies `$set`, `$set_once`, `$unset` and the lifted properties.
    ///
    /// Changes nothing and returns `false` if the properties would weigh more than `heaviest`. The rules follow
    /// `computeEventPropertyUpdates` in PostHog's `nodejs/src/ingestion/common/persons/person-update.ts`: `$unset` removes
    /// only properties from before the event, and `$set_once` replaces null (older versions kept the null).
    pub fn update(&mut self, event: &Event, heaviest: usize) -> bool {
        // Only changes are copied and weighed: a person may have thousands of properties.
        let changes = self.changes(event);
        let (mut more, mut less) = (0, 0);
        for (key, value) in &changes {
            more += value.map_or(0, |value| entry_weight(key, value));
            less += self
                .map
                .get(*key)
                .map_or(0, |value| entry_weight(key, value));
        }
        let weight = self.weight + more - less;
        if weight > heaviest {
            return false;
        }
        for (key, value) in changes {
            match value {
                Some(value) => self.map.insert(key.to_owned(), value.clone()),
                None => self.map.remove(key),
            };
        }
        self.weight = weight;
        true
    }

    /// The properties that change; `None` for a property that is removed.
    fn changes<'a>(&self, event: &'a Event) -> BTreeMap<&'a str, Option<&'a Value>> {
        let mut changes = BTreeMap::new();
        let (set, once) = (event.object("$set"), event.object("$set_once"));
        let told =
            |map: Option<&Map<String, Value>>, key| map.is_some_and(|map| map.contains_key(key));
        let lifted: Vec<_> = lifted(event).collect();

        let first = lifted
            .iter()
            .filter(|lifted| !lifted.value.is_null() && !told(once, lifted.initial))
            .map(|lifted| (lifted.initial, lifted.value));
        let once = once.into_iter().flatten();
        for (key, value) in once.map(|(key, value)| (key.as_str(), value)).chain(first) {
            let free = match self.map.get(key) {
                None => true,
                Some(known) => known.is_null() && !value.is_null(),
            };
            if free {
                changes.insert(key, Some(value));
            }
        }
        let latest = lifted
            .iter()
            .filter(|lifted| !told(set, lifted.latest))
            .map(|lifted| (lifted.latest, lifted.value));
        let set = set.into_iter().flatten();
        for (key, value) in set.map(|(key, value)| (key.as_str(), value)).chain(latest) {
            changes.insert(key, Some(value));
        }
        let mut unset = |key: &'a str| {
            if self.map.contains_key(key) {
                changes.insert(key, None);
            }
        };
        match event.properties.get("$unset") {
            Some(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).for_each(&mut unset),
            Some(Value::Object(keys)) => keys.keys().for_each(|key| unset(key)),
            _ => {}
        }
        changes
    }
}

/// The length of a property as JSON: `"key":value,`.
fn entry_weight(key: &str, value: &Value) -> usize {
    key.len() + 4 + json_length(value)
}

fn json_length(value: &Value) -> usize {
    let length = match value {
        Value::String(text) => text.len() + 2,
        other => other.to_string().len(),
    };
    #[cfg(test)]
    WEIGHED.with(|weighed| weighed.set(weighed.get() + length));
    length
}

#[cfg(test)]
thread_local! {
    /// The number of bytes that were weighed, for the test that no event weighs the whole person.
    pub static WEIGHED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
