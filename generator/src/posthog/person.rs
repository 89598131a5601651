//! One person: its ids, its properties, and the story of how it came to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::map::Entry;
use serde_json::{Map, Value, json};

use super::event::Event;
use super::lifting::lifted;
use super::people::{Moment, PersonId};

/// The story keeps its beginning and its newest part.
const LONGEST_STORY: usize = 100;
/// How many of the users that one person was identified with are remembered.
const MOST_USERS: usize = 8;

#[derive(Debug)]
pub struct Person {
    pub number: PersonId,
    pub token: Arc<str>,
    pub distinct_ids: Vec<String>,
    pub properties: Map<String, Value>,
    pub identified: bool,
    pub created_at: u64,
    pub last_seen: u64,
    pub last_sequence: u64,
    story: Vec<Chapter>,
    /// The ids it was identified with; two of them are two users.
    users: Vec<String>,
    properties_weight: usize,
}

#[derive(Debug, Serialize)]
pub struct Chapter {
    at: u64,
    sequence: u64,
    event: String,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    Created {
        distinct_id: String,
    },
    Joined {
        distinct_id: String,
    },
    Merged {
        distinct_ids: Vec<String>,
        person: String,
    },
    Identified,
    Refused {
        reason: String,
        remedy: &'static str,
    },
}

impl Chapter {
    pub fn new(moment: Moment, event: &str, kind: Kind) -> Self {
        Self {
            at: moment.at,
            sequence: moment.sequence,
            event: event.to_owned(),
            kind,
        }
    }
}

impl Person {
    pub fn new(number: PersonId, event: &Event, moment: Moment) -> Self {
        let kind = Kind::Created {
            distinct_id: event.distinct_id.clone(),
        };
        Self {
            number,
            token: Arc::clone(&event.token),
            distinct_ids: vec![event.distinct_id.clone()],
            properties: Map::new(),
            identified: false,
            created_at: moment.at,
            last_seen: moment.at,
            last_sequence: moment.sequence,
            story: vec![Chapter::new(moment, &event.name, kind)],
            users: Vec::new(),
            properties_weight: 2,
        }
    }

    pub fn seen(&mut self, moment: Moment) {
        self.last_seen = moment.at;
        self.last_sequence = moment.sequence;
    }

    pub fn tell(&mut self, chapter: Chapter) {
        if self.story.len() >= LONGEST_STORY {
            self.story.remove(LONGEST_STORY / 2);
        }
        self.story.push(chapter);
    }

    /// Notes a user id it is identified with, and returns the two when it is not the only one.
    pub fn becomes_user(&mut self, id: &str) -> Option<[String; 2]> {
        if self.users.iter().any(|user| user == id) {
            return None;
        }
        let first = self.users.first().cloned();
        if self.users.len() < MOST_USERS {
            self.users.push(id.to_owned());
        }
        first.map(|first| [first, id.to_owned()])
    }

    /// Takes over the ids, properties (its own win) and story of a person that ceases to exist.
    pub fn absorb(&mut self, source: Self, event: &Event, moment: Moment) -> Option<[String; 2]> {
        let fused = source
            .users
            .iter()
            .fold(None, |fused, user| fused.or(self.becomes_user(user)))
            .or_else(|| self.different_email(&source));
        for (key, value) in source.properties {
            if let Entry::Vacant(free) = self.properties.entry(key) {
                self.properties_weight += entry_weight(free.key(), &value);
                free.insert(value);
            }
        }
        self.created_at = self.created_at.min(source.created_at);
        self.story.extend(source.story);
        self.story.sort_by_key(|chapter| chapter.sequence);
        self.story.truncate(LONGEST_STORY);
        let kind = Kind::Merged {
            distinct_ids: source.distinct_ids.clone(),
            person: name(source.number),
        };
        self.tell(Chapter::new(moment, &event.name, kind));
        self.distinct_ids.extend(source.distinct_ids);
        fused
    }

    fn different_email(&self, other: &Self) -> Option<[String; 2]> {
        let emails =
            [self, other].map(|person| person.properties.get("email").and_then(Value::as_str));
        match emails {
            [Some(mine), Some(theirs)] if mine != theirs => {
                Some([mine.to_owned(), theirs.to_owned()])
            }
            _ => None,
        }
    }

    /// Applies what the event sets, lifts and unsets; `false` when that would make the person too heavy.
    ///
    /// After `computeEventPropertyUpdates` in PostHog's `nodejs/src/ingestion/common/persons/person-update.ts`: `$unset`
    /// takes away what was there before the event only, and `$set_once` fills in for null (older versions kept the null).
    pub fn update(&mut self, event: &Event, heaviest: usize) -> bool {
        // Only what changes is copied and weighed, for a person may have thousands of properties.
        let changes = self.changes(event);
        let (mut more, mut less) = (0, 0);
        for (key, value) in &changes {
            more += value.map_or(0, |value| entry_weight(key, value));
            less += self
                .properties
                .get(*key)
                .map_or(0, |value| entry_weight(key, value));
        }
        let weight = self.properties_weight + more - less;
        if weight > heaviest {
            return false;
        }
        for (key, value) in changes {
            match value {
                Some(value) => self.properties.insert(key.to_owned(), value.clone()),
                None => self.properties.remove(key),
            };
        }
        self.properties_weight = weight;
        true
    }

    /// The properties that are different afterwards; `None` for what is gone.
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
            let free = match self.properties.get(key) {
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
            if self.properties.contains_key(key) {
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

    /// Roughly what it costs in memory.
    pub fn weight(&self) -> usize {
        // Each id stands here, in the index and in the story.
        let ids: usize = self.distinct_ids.iter().map(|id| 3 * (id.len() + 32)).sum();
        512 + ids + 4 * self.properties_weight
    }

    pub fn to_json(&self) -> Value {
        json!({
            "id": name(self.number),
            "token": &*self.token,
            "distinct_ids": self.distinct_ids,
            "properties": self.properties,
            "identified": self.identified,
            "created_at": self.created_at,
            "last_seen": self.last_seen,
            "story": self.story,
        })
    }
}

/// How a person is called in the page and the JSON interface.
pub fn name(number: PersonId) -> String {
    format!("p{number}")
}

/// What a property takes as JSON: `"key":value,`.
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
    /// How many bytes have been weighed, for the test that no event weighs the whole person.
    pub static WEIGHED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
