//! One person: its ids, its properties and its story.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::event::Event;
use crate::people::properties::Properties;

pub type PersonId = u64;

/// The time and the number of an event, for the story of its person.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub at: u64,
    pub sequence: u64,
}

/// The limit for a story. A longer story loses its middle.
const LONGEST_STORY: usize = 100;
/// The number of user ids of one person that are kept.
const MOST_USERS: usize = 8;

#[derive(Debug)]
pub struct Person {
    pub number: PersonId,
    pub token: Arc<str>,
    pub distinct_ids: Vec<String>,
    pub properties: Properties,
    pub identified: bool,
    pub created_at: u64,
    pub last_seen: u64,
    pub last_sequence: u64,
    story: Vec<Chapter>,
    /// The user ids of the person's `$identify` events. Two different ids mean two users.
    users: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Chapter {
    at: u64,
    sequence: u64,
    event: String,
    #[serde(flatten)]
    kind: ChapterKind,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChapterKind {
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
    pub fn new(moment: Moment, event: &str, kind: ChapterKind) -> Self {
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
        let kind = ChapterKind::Created {
            distinct_id: event.distinct_id.clone(),
        };
        Self {
            number,
            token: Arc::clone(&event.token),
            distinct_ids: vec![event.distinct_id.clone()],
            properties: Properties::default(),
            identified: false,
            created_at: moment.at,
            last_seen: moment.at,
            last_sequence: moment.sequence,
            story: vec![Chapter::new(moment, &event.name, kind)],
            users: Vec::new(),
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

    /// Records the user id of an `$identify`. Returns two ids if the person has another user id already.
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

    /// Takes over the ids, properties and story of a person that is merged into this one. This person's properties win.
    pub fn absorb(&mut self, source: Self, event: &Event, moment: Moment) -> Option<[String; 2]> {
        let fused = source
            .users
            .iter()
            .fold(None, |fused, user| fused.or(self.becomes_user(user)))
            .or_else(|| self.different_email(&source));
        self.properties.fill_in(source.properties);
        self.created_at = self.created_at.min(source.created_at);
        self.story.extend(source.story);
        self.story.sort_by_key(|chapter| chapter.sequence);
        self.story.truncate(LONGEST_STORY);
        let kind = ChapterKind::Merged {
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

    /// The approximate memory of this person in bytes.
    pub fn weight(&self) -> usize {
        // Each id is stored here, in the index and in the story.
        let ids: usize = self.distinct_ids.iter().map(|id| 3 * (id.len() + 32)).sum();
        512 + ids + 4 * self.properties.weight()
    }

    pub fn to_json(&self) -> Value {
        json!({
            "id": name(self.number),
            "token": &*self.token,
            "distinct_ids": self.distinct_ids,
            "properties": *self.properties,
            "identified": self.identified,
            "created_at": self.created_at,
            "last_seen": self.last_seen,
            "story": self.story,
        })
    }
}

/// The name of a person in the page and the JSON interface.
pub fn name(number: PersonId) -> String {
    format!("p{number}")
}
