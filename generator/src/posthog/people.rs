//! Who becomes whom: PostHog's ingestion rules, as a pure data structure.
//!
//! An event makes a person of its distinct id, unless it is personless. `$identify` with
//! `$anon_distinct_id`, `$create_alias` and `$merge_dangerously` tie two ids together: with no person
//! known, one is made with both ids; with one known, the other id joins it; with two known, the second
//! is emptied into the first — unless the second is identified already, which protects it. Personless
//! events are not kept apart: whoever holds their distinct id when somebody looks has them, so the order
//! in which they and the `$identify` arrive does not matter.
//!
//! Left out: the `$initial_…` and browser properties PostHog copies from events to persons.
//! The rules are those of PostHog's `person-merge-service` and its handbook, "Person processing".

use std::collections::HashMap;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::event::Event;
use super::person::{Chapter, Kind, Person};

/// What all persons together may weigh, in bytes of ids, properties and story.
const HEAVIEST: usize = 64 * 1024 * 1024;
/// PostHog takes no more than about this much of one person's properties.
const HEAVIEST_PROPERTIES: usize = 512 * 1024;
/// More ids than this has only a person that everybody was merged into.
const MOST_IDS: usize = 10_000;
/// Events that are about persons, and so are nothing without one.
const PERSON_EVENTS: [&str; 4] = [
    "$identify",
    "$create_alias",
    "$merge_dangerously",
    "$groupidentify",
];
/// Events whose `$set` PostHog does not read.
const NEVER_SET: [&str; 2] = ["$exception", "$$heatmap"];

pub type PersonId = u64;
type Key = (Arc<str>, String);

#[derive(Default)]
pub struct People {
    persons: HashMap<PersonId, Person>,
    ids: HashMap<Key, PersonId>,
    next: PersonId,
    weight: usize,
    /// Persons, and ids of overgrown persons, that had to make room for newer ones.
    pub forgotten: u64,
}

/// Where and when an event was taken in, for the story of the persons it touches.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub at: u64,
    pub sequence: u64,
}

/// What an event did to people.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// PostHog throws the event away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<&'static str>,
    /// The merge it asked for was refused; the event itself is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// The merge it asked for had been done before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// `$set`, `$set_once` or `$unset` that PostHog does not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties_lost: Option<&'static str>,
    /// Two users have become one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fused: Option<[String; 2]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// One of the two ids is one that PostHog never merges.
    IllegalId(String),
    /// The person to be emptied is an identified user.
    AlreadyIdentified { from: String, into: String },
}

impl Serialize for Refused {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut refused = serializer.serialize_struct("Refused", 2)?;
        refused.serialize_field("reason", &self.reason())?;
        refused.serialize_field("remedy", self.remedy())?;
        refused.end()
    }
}

impl Refused {
    pub fn reason(&self) -> String {
        match self {
            Self::IllegalId(id) => format!(
                "`{id}` is an id that PostHog never merges: it looks like a mistake that many visitors would share"
            ),
            Self::AlreadyIdentified { from, into } => {
                format!(
                    "`{from}` belongs to an identified person already, so it is not merged into `{into}`"
                )
            }
        }
    }

    pub fn remedy(&self) -> &'static str {
        match self {
            Self::IllegalId(_) => {
                "Give every visitor an id of its own, such as a random UUID in a cookie, and send no event without one."
            }
            Self::AlreadyIdentified { .. } => {
                "Make a new anonymous id after log-out, so that it never belongs to two users. For an alias, \
                 `distinct_id` is the user and `alias` the anonymous id: the other way round PostHog would \
                 empty the user into the visitor."
            }
        }
    }
}

impl People {
    pub fn take(&mut self, event: &Event, moment: Moment) -> Outcome {
        let mut outcome = Outcome::default();
        let sets = ["$set", "$set_once", "$unset"]
            .iter()
            .any(|key| event.properties.contains_key(*key));
        if event.personless() {
            if PERSON_EVENTS.contains(&event.name.as_str()) {
                outcome.ignored =
                    Some("it carries `$process_person_profile: false`, so PostHog throws it away");
            } else {
                if sets {
                    outcome.properties_lost =
                        Some("the event carries `$process_person_profile: false`");
                }
                if let Some(person) = self.person_of(&event.token, &event.distinct_id) {
                    person.seen(moment);
                }
            }
            return outcome;
        }

        let other = match event.name.as_str() {
            "$identify" => event.id_in("$anon_distinct_id"),
            "$create_alias" | "$merge_dangerously" => event.id_in("alias"),
            _ => None,
        };
        let mut identifies = false;
        if let Some(other) = other.filter(|other| *other != event.distinct_id) {
            if let Some(illegal) = [&event.distinct_id, &other]
                .into_iter()
                .find(|id| is_illegal(id))
            {
                outcome.refused = Some(Refused::IllegalId(illegal.clone()));
            } else {
                identifies = true;
                self.tie(event, &other, moment, &mut outcome);
            }
        }

        let id = self.find_or_create(event, moment);
        self.change(id, |person| {
            person.seen(moment);
            if identifies && !person.identified {
                person.identified = true;
                person.tell(Chapter::new(moment, &event.name, Kind::Identified));
            }
            if identifies && event.name == "$identify" {
                let fused = person.becomes_user(&event.distinct_id);
                outcome.fused = outcome.fused.take().or(fused);
            }
            if sets && NEVER_SET.contains(&event.name.as_str()) {
                outcome.properties_lost =
                    Some("PostHog reads no person properties from this event");
            } else if sets && !person.update(event, HEAVIEST_PROPERTIES) {
                outcome.properties_lost =
                    Some("the person would have more than 512 kB of properties");
            }
            if let Some(refused) = &outcome.refused {
                let kind = Kind::Refused {
                    reason: refused.reason(),
                    remedy: refused.remedy(),
                };
                person.tell(Chapter::new(moment, &event.name, kind));
            }
        });
        self.make_room(id);
        outcome
    }

    /// Changes a person and keeps the books on what all of them weigh.
    fn change<T>(&mut self, id: PersonId, change: impl FnOnce(&mut Person) -> T) -> Option<T> {
        let person = self.persons.get_mut(&id)?;
        let before = person.weight();
        let result = change(person);
        self.weight = self.weight + person.weight() - before;
        Some(result)
    }

    /// Ties `other` to the event's own distinct id.
    fn tie(&mut self, event: &Event, other: &str, moment: Moment, outcome: &mut Outcome) {
        let into = &event.distinct_id;
        match (
            self.find(&event.token, into),
            self.find(&event.token, other),
        ) {
            (None, None) => {
                let id = self.create(event, moment);
                self.join(id, event, other, moment);
            }
            (Some(id), None) => self.join(id, event, other, moment),
            (None, Some(id)) => self.join(id, event, into, moment),
            (Some(target), Some(source)) if target == source => outcome.repeated = true,
            (Some(target), Some(source)) => {
                let protected = self
                    .persons
                    .get(&source)
                    .is_some_and(|person| person.identified);
                if protected && event.name != "$merge_dangerously" {
                    outcome.refused = Some(Refused::AlreadyIdentified {
                        from: other.to_owned(),
                        into: into.clone(),
                    });
                } else {
                    outcome.fused = self.merge(target, source, event, moment);
                }
            }
        }
    }

    fn join(&mut self, id: PersonId, event: &Event, distinct_id: &str, moment: Moment) {
        let joined = self.change(id, |person| {
            let fits = person.distinct_ids.len() < MOST_IDS;
            if fits {
                person.distinct_ids.push(distinct_id.to_owned());
                let kind = Kind::Joined {
                    distinct_id: distinct_id.to_owned(),
                };
                person.tell(Chapter::new(moment, &event.name, kind));
            }
            fits
        });
        if joined == Some(true) {
            self.ids
                .insert((Arc::clone(&event.token), distinct_id.to_owned()), id);
        } else {
            self.forgotten += 1;
        }
    }

    fn merge(
        &mut self,
        target: PersonId,
        source: PersonId,
        event: &Event,
        moment: Moment,
    ) -> Option<[String; 2]> {
        let source = self.persons.remove(&source)?;
        self.weight -= source.weight();
        for id in &source.distinct_ids {
            self.ids
                .insert((Arc::clone(&event.token), id.clone()), target);
        }
        let (fused, surplus) = self.change(target, |person| {
            let fused = person.absorb(source, event, moment);
            let most = MOST_IDS.min(person.distinct_ids.len());
            (fused, person.distinct_ids.split_off(most))
        })?;
        for id in surplus {
            self.ids.remove(&(Arc::clone(&event.token), id));
            self.forgotten += 1;
        }
        fused
    }

    fn find_or_create(&mut self, event: &Event, moment: Moment) -> PersonId {
        self.find(&event.token, &event.distinct_id)
            .unwrap_or_else(|| self.create(event, moment))
    }

    fn create(&mut self, event: &Event, moment: Moment) -> PersonId {
        self.next += 1;
        let person = Person::new(self.next, event, moment);
        self.weight += person.weight();
        self.persons.insert(self.next, person);
        self.ids.insert(
            (Arc::clone(&event.token), event.distinct_id.clone()),
            self.next,
        );
        self.next
    }

    /// The longest unseen go first, a tenth at a time, so that the search is paid for seldom.
    fn make_room(&mut self, keep: PersonId) {
        if self.weight <= HEAVIEST {
            return;
        }
        let mut by_age: Vec<_> = self
            .persons
            .values()
            .map(|person| (person.last_sequence, person.number))
            .collect();
        by_age.sort_unstable();
        for (_, number) in by_age {
            if self.weight <= HEAVIEST / 10 * 9 {
                break;
            }
            if number == keep {
                continue;
            }
            if let Some(person) = self.persons.remove(&number) {
                self.weight -= person.weight();
                self.forgotten += 1;
                for id in person.distinct_ids {
                    self.ids.remove(&(Arc::clone(&person.token), id));
                }
            }
        }
    }

    pub fn find(&self, token: &Arc<str>, distinct_id: &str) -> Option<PersonId> {
        self.ids
            .get(&(Arc::clone(token), distinct_id.to_owned()))
            .copied()
    }

    fn person_of(&mut self, token: &Arc<str>, distinct_id: &str) -> Option<&mut Person> {
        let id = self.find(token, distinct_id)?;
        self.persons.get_mut(&id)
    }

    pub fn get(&self, token: &Arc<str>, distinct_id: &str) -> Option<&Person> {
        self.persons.get(&self.find(token, distinct_id)?)
    }

    pub fn properties_of(
        &self,
        token: &Arc<str>,
        distinct_id: &str,
    ) -> Option<&Map<String, Value>> {
        let id = self.find(token, distinct_id)?;
        self.persons.get(&id).map(|person| &person.properties)
    }

    /// The one seen last first.
    pub fn newest_first(&self) -> Vec<&Person> {
        let mut persons: Vec<_> = self.persons.values().collect();
        persons.sort_unstable_by_key(|person| {
            std::cmp::Reverse((person.last_sequence, person.number))
        });
        persons
    }

    pub fn len(&self) -> usize {
        self.persons.len()
    }
}

/// Ids that PostHog never merges, because they stem from a bug and would fuse many visitors.
/// From `isDistinctIdIllegal` in PostHog's `person-merge-service`.
pub fn is_illegal(id: &str) -> bool {
    const IN_ANY_CASE: [&str; 10] = [
        "anonymous",
        "guest",
        "distinctid",
        "distinct_id",
        "id",
        "not_authenticated",
        "email",
        "undefined",
        "true",
        "false",
    ];
    const AS_WRITTEN: [&str; 6] = ["[object Object]", "NaN", "None", "none", "null", "0"];
    let bare = ['\'', '"']
        .iter()
        .find_map(|quote| id.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(id);
    id.trim().is_empty()
        || AS_WRITTEN.contains(&bare)
        || IN_ANY_CASE
            .iter()
            .any(|illegal| bare.eq_ignore_ascii_case(illegal))
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
