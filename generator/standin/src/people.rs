//! PostHog's rules for persons: which distinct ids belong to which person.
//!
//! This is a data structure without input or output.
//!
//! An event makes a person for its distinct id, unless it is personless. `$identify` with `$anon_distinct_id`,
//! `$create_alias` and `$merge_dangerously` link two ids:
//!
//! - If neither has a person, a new person gets both ids.
//! - If one has a person, the other id joins it.
//! - If both have persons, the second person is merged into the first, unless the second person is identified already.
//!
//! A personless event belongs to the person that has its distinct id when the events are read. So the event may arrive
//! before or after the `$identify`.
//!
//! The rules are from PostHog's `nodejs/src/ingestion/common/persons/` and its handbook, "Person processing". [`merging`]
//! links and merges, [`properties`] keeps the properties of persons.

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
use crate::people::person::{Chapter, ChapterKind, Moment, Person, PersonId, name};

/// The limit for all persons together, in bytes of ids, properties and story.
const HEAVIEST: usize = 64 * 1024 * 1024;
/// PostHog's limit for the properties of one person, in bytes.
const HEAVIEST_PROPERTIES: usize = 512 * 1024;
/// The limit for the ids of one person.
///
/// More ids mean that everybody was merged into this person by mistake.
pub const MOST_IDS: usize = 10_000;
/// Events about persons. PostHog drops them if they are personless.
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
    /// Persons that were dropped for newer ones, and ids beyond the limit of a person.
    pub forgotten: u64,
}

impl People {
    pub fn take(&mut self, event: &Event, moment: Moment) -> Ingestion {
        let mut ingestion = Ingestion::default();
        let sets = ["$set", "$set_once", "$unset"]
            .iter()
            .any(|key| event.properties.contains_key(*key));
        if event.personless() {
            if PERSON_EVENTS.contains(&event.name.as_str()) {
                ingestion.ignored =
                    Some("it carries `$process_person_profile: false`, so PostHog drops it");
            } else {
                if sets {
                    ingestion.properties_lost =
                        Some("the event carries `$process_person_profile: false`");
                }
                if let Some(person) = self.person_of(&event.token, &event.distinct_id) {
                    person.seen(moment);
                }
            }
            return ingestion;
        }

        let mut identifies = false;
        match ids::linked(event) {
            Ok(Some(other)) => {
                identifies = true;
                self.link(event, other, moment, &mut ingestion);
            }
            Ok(None) => {}
            Err(refused @ Refused::NotText { .. }) => {
                ingestion.ignored =
                    Some("an id that is not text names no person, so PostHog drops the event");
                ingestion.refused = Some(refused);
                return ingestion;
            }
            Err(refused) => ingestion.refused = Some(refused),
        }

        let id = self.find_or_create(event, moment);
        self.change(id, |person| {
            person.seen(moment);
            if identifies && !person.identified {
                person.identified = true;
                person.tell(Chapter::new(moment, &event.name, ChapterKind::Identified));
            }
            if identifies && event.name == "$identify" {
                let fused = person.becomes_user(&event.distinct_id);
                ingestion.fused = ingestion.fused.take().or(fused);
            }
            if NEVER_SET.contains(&event.name.as_str()) {
                ingestion.properties_lost =
                    sets.then_some("PostHog reads no person properties from this event");
            } else if !person.properties.update(event, HEAVIEST_PROPERTIES) {
                ingestion.properties_lost =
                    Some("the person would have more than 512 kB of properties");
            }
            if let Some(refused) = &ingestion.refused {
                let kind = ChapterKind::Refused {
                    reason: refused.reason(),
                    remedy: refused.remedy(),
                };
                person.tell(Chapter::new(moment, &event.name, kind));
            }
        });
        self.make_room(id);
        ingestion
    }

    /// Changes a person, and updates the weight of all persons.
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

    /// Drops the least recently seen persons, a tenth at once, so that this search is rare.
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

    /// Removes a person with its ids.
    pub fn remove(&mut self, id: PersonId) -> Option<Person> {
        let person = self.persons.remove(&id)?;
        self.weight -= person.weight();
        for distinct_id in &person.distinct_ids {
            self.ids
                .remove(&(Arc::clone(&person.token), distinct_id.clone()));
        }
        Some(person)
    }

    /// The persons with one of these names (`p7`) or distinct ids, in any project.
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

    /// All persons, the most recently seen first.
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
