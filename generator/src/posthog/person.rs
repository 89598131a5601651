//! One person: its ids, its properties, and the story of how it came to be.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::event::Event;
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
            self.properties.entry(key).or_insert(value);
        }
        self.weigh_properties();
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

    /// Applies `$set`, `$set_once` and `$unset`; `false` when that would make it too heavy.
    pub fn update(&mut self, event: &Event, heaviest: usize) -> bool {
        let mut properties = self.properties.clone();
        if let Some(Value::Object(once)) = event.properties.get("$set_once") {
            for (key, value) in once {
                properties.entry(key).or_insert_with(|| value.clone());
            }
        }
        if let Some(Value::Object(set)) = event.properties.get("$set") {
            properties.extend(set.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        match event.properties.get("$unset") {
            Some(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).for_each(|key| {
                properties.remove(key);
            }),
            Some(Value::Object(keys)) => keys.keys().for_each(|key| {
                properties.remove(key);
            }),
            _ => {}
        }
        if json_length(&properties) > heaviest {
            return false;
        }
        self.properties = properties;
        self.weigh_properties();
        true
    }

    fn weigh_properties(&mut self) {
        self.properties_weight = json_length(&self.properties);
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

fn json_length(properties: &Map<String, Value>) -> usize {
    serde_json::to_string(properties).map_or(0, |text| text.len())
}
