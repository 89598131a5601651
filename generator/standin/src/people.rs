//! Who becomes whom: PostHog's ingestion rules, as a pure data structure.
//!
//! An event makes a person of its distinct id, unless it is personless. `$identify` with
//! `$anon_distinct_id`, `$create_alias` and `$merge_dangerously` tie two ids together: with no person
//! known, one is made with both ids; with one known, the other id joins it; with two known, the second
//! is emptied into the first — unless the second is identified already, which protects it. Personless
//! events are not kept apart: whoever holds their distinct id when somebody looks has them, so the order
//! in which they and the `$identify` arrive does not matter.
//!
//! The rules are those of PostHog's `nodejs/src/ingestion/common/persons/` and its handbook, "Person processing".
//! [`crate::people::merging`] ties and merges, [`crate::people::properties`] keeps what is known about them.

pub mod ids;
pub mod ingestion;
mod lifting;
mod merging;
pub mod person;
mod properties;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::event::Event;
use crate::people::ingestion::{Ingestion, Refused};
use crate::people::person::{Chapter, Kind, Moment, Person, PersonId, name};

/// What all persons together may weigh, in bytes of ids, properties and story.
const HEAVIEST: usize = 64 * 1024 * 1024;
/// PostHog takes no more than about this much of one person's properties.
const HEAVIEST_PROPERTIES: usize = 512 * 1024;
/// More ids than this has only a person that everybody was merged into.
pub const MOST_IDS: usize = 10_000;
/// Events that are about persons, and so are nothing without one.
const PERSON_EVENTS: [&str; 4] = [
    "$identify",
    "$create_alias",
    "$merge_dangerously",
    "$groupidentify",
];
/// Events whose `$set` PostHog does not read (`NO_PERSON_UPDATE_EVENTS`, `normalizeProcessPerson`).
const NEVER_SET: [&str; 3] = ["$exception", "$$heatmap", "$groupidentify"];

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

impl People {
    pub fn take(&mut self, event: &Event, moment: Moment) -> Ingestion {
        let mut outcome = Ingestion::default();
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

        let mut identifies = false;
        match ids::tied(event) {
            Ok(Some(other)) => {
                identifies = true;
                self.tie(event, other, moment, &mut outcome);
            }
            Ok(None) => {}
            Err(refused @ Refused::NotText { .. }) => {
                outcome.ignored =
                    Some("an id that is not text names nobody, so PostHog throws it away");
                outcome.refused = Some(refused);
                return outcome;
            }
            Err(refused) => outcome.refused = Some(refused),
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
            if NEVER_SET.contains(&event.name.as_str()) {
                outcome.properties_lost =
                    sets.then_some("PostHog reads no person properties from this event");
            } else if !person.properties.update(event, HEAVIEST_PROPERTIES) {
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
            if self.remove(number).is_some() {
                self.forgotten += 1;
            }
        }
    }

    /// Takes a person away, with its ids.
    pub fn remove(&mut self, id: PersonId) -> Option<Person> {
        let person = self.persons.remove(&id)?;
        self.weight -= person.weight();
        for distinct_id in &person.distinct_ids {
            self.ids
                .remove(&(Arc::clone(&person.token), distinct_id.clone()));
        }
        Some(person)
    }

    /// Those who have one of these names (`p7`) or of these distinct ids, in any project.
    pub fn named(&self, names: &[String], distinct_ids: &[String]) -> Vec<PersonId> {
        let persons = self.persons.values().filter(|person| {
            names.contains(&name(person.number))
                || person
                    .distinct_ids
                    .iter()
                    .any(|id| distinct_ids.contains(id))
        });
        persons.map(|person| person.number).collect()
    }

    pub fn find(&self, token: &Arc<str>, distinct_id: &str) -> Option<PersonId> {
        self.ids
            .get(&(Arc::clone(token), distinct_id.to_owned()))
            .copied()
    }

    pub fn by_id(&self, id: PersonId) -> Option<&Person> {
        self.persons.get(&id)
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
        self.persons.get(&id).map(|person| &*person.properties)
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

#[cfg(test)]
#[path = "people/people_tests.rs"]
mod tests;
