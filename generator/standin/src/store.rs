//! The store of events, up to a limit: the oldest are dropped and counted.

mod counts;
mod flags_and_groups;
mod kept;
pub mod project;
mod rules;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::event::{Adjusted, Event};
use crate::flags::Flag;
use crate::people::People;
use crate::people::ingestion::Ingestion;
use crate::people::person;
use crate::people::person::{Moment, PersonId};
use crate::store::project::Project;
use crate::warnings::Warnings;
use crate::warnings::kind::WarningKind;

pub use counts::Counts;
pub use kept::Kept;
use rules::{about_people, dropped};

/// The number of events that are kept by default.
pub const EVENTS_KEPT: usize = 20_000;
/// The limit for all events together, in bytes of JSON.
const HEAVIEST: usize = 128 * 1024 * 1024;
const MALFORMED_KEPT: usize = 200;
const TOKENS_COUNTED: usize = 100;
/// The limit for dropped events that changed persons, in bytes of JSON.
const HEAVIEST_PAST: usize = 8 * 1024 * 1024;
/// PostHog processes an event as one message of at most 1 MB.
const LARGEST_EVENT: usize = 1_000_000;

pub struct Store {
    kept: usize,
    events: VecDeque<Arc<Kept>>,
    weight: usize,
    /// Dropped events that changed persons. A state file needs them to restore the persons.
    past: VecDeque<Arc<Kept>>,
    past_weight: usize,
    uuids: HashSet<String>,
    malformed: VecDeque<Malformed>,
    pub people: People,
    pub warnings: Warnings,
    pub flags: BTreeMap<String, Flag>,
    /// Raised by each change of a flag; clients that evaluate locally compare it.
    pub flags_version: u64,
    /// The answer of `/api/surveys`.
    pub surveys: Vec<Value>,
    pub project: Project,
    /// The number of times that the app read each flag, by its `$feature_flag_called` events.
    flags_called: BTreeMap<String, u64>,
    /// All flags that the app read, by events or by requests, with the variants that it got.
    flags_asked: BTreeMap<String, BTreeSet<String>>,
    /// Raised when events may belong to another person than before, or a person may have another name.
    pub identities: u64,
    groups: BTreeMap<(String, String), Map<String, Value>>,
    group_types: Vec<String>,
    pub counts: Counts,
}

/// The data of a person that is to be deleted.
#[derive(Debug, Clone, Copy)]
pub struct Deletion {
    pub events: bool,
    pub person: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Malformed {
    pub received_at: u64,
    pub path: String,
    pub status: u16,
    pub reason: String,
    pub client: String,
    /// The beginning of the body.
    pub body: String,
}

impl Store {
    pub fn new(kept: usize, flags: BTreeMap<String, Flag>) -> Self {
        Self {
            kept,
            events: VecDeque::new(),
            weight: 0,
            past: VecDeque::new(),
            past_weight: 0,
            uuids: HashSet::new(),
            malformed: VecDeque::new(),
            people: People::default(),
            warnings: Warnings::default(),
            flags,
            flags_version: 1,
            surveys: Vec::new(),
            project: Project::default(),
            flags_called: BTreeMap::new(),
            flags_asked: BTreeMap::new(),
            identities: 0,
            groups: BTreeMap::new(),
            group_types: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Deletes everything except the flags, the surveys and the project's settings.
    pub fn reset(&mut self) {
        let new = Self::new(self.kept, std::mem::take(&mut self.flags));
        let old = std::mem::replace(self, new);
        self.flags_version = old.flags_version;
        self.identities = old.identities + 1;
        self.surveys = old.surveys;
        self.project = old.project;
    }

    pub fn take(
        &mut self,
        event: Event,
        properties: Box<RawValue>,
        path: impl Into<Cow<'static, str>>,
        at: u64,
    ) {
        if self.uuids.contains(&event.uuid) {
            self.counts.duplicates += 1;
            return;
        }
        let moment = Moment {
            at,
            sequence: self.counts.events + 1,
        };
        if let Some((kind, detail)) = dropped(&event) {
            return self.drop_event(kind, &event, detail, moment);
        }
        let ingestion = self.people.take(&event, moment);
        // PostHog checks the size only after it has changed the person.
        let length = properties.get().len();
        if length > LARGEST_EVENT {
            let detail = format!("`{}` has {length} bytes of properties", event.name);
            return self.drop_event(WarningKind::MessageSizeTooLarge, &event, detail, moment);
        }
        self.counts.events += 1;
        if self.counts.tokens.len() < TOKENS_COUNTED
            || self.counts.tokens.contains_key(&*event.token)
        {
            *self
                .counts
                .tokens
                .entry(event.token.to_string())
                .or_default() += 1;
        }
        self.note(&event);
        self.warnings.look_at(&event, &ingestion, moment);
        let about_people = about_people(&event);
        let kept = Kept {
            sequence: moment.sequence,
            received_at: at,
            path: path.into(),
            session_id: event.session_id().map(str::to_owned),
            personless: event.personless(),
            token: event.token,
            name: event.name,
            uuid: event.uuid,
            distinct_id: event.distinct_id,
            timestamp: event.timestamp,
            ingestion,
            about_people,
            properties,
        };
        self.identities += u64::from(about_people);
        self.weight += kept.weight();
        self.uuids.insert(kept.uuid.clone());
        self.events.push_back(Arc::new(kept));
        while self.events.len() > self.kept || self.weight > HEAVIEST {
            let Some(oldest) = self.events.pop_front() else {
                break;
            };
            self.weight -= oldest.weight();
            self.uuids.remove(&oldest.uuid);
            self.counts.forgotten += 1;
            self.keep_past(oldest);
        }
    }

    fn keep_past(&mut self, event: Arc<Kept>) {
        if !event.about_people {
            return;
        }
        self.past_weight += event.weight();
        self.past.push_back(event);
        while self.past_weight > HEAVIEST_PAST {
            let Some(oldest) = self.past.pop_front() else {
                break;
            };
            self.past_weight -= oldest.weight();
        }
    }

    fn drop_event(&mut self, kind: WarningKind, event: &Event, detail: String, moment: Moment) {
        self.counts.dropped += 1;
        self.warnings.dropped(kind, event, detail, moment);
    }

    /// Warns about a change that the endpoint made to an event, before it is stored.
    pub fn adjusted(&mut self, event: &Event, adjusted: Adjusted, at: u64) {
        let moment = Moment {
            at,
            sequence: self.counts.events + 1,
        };
        self.warnings.adjusted(event, adjusted, moment);
    }

    pub fn refuse(&mut self, malformed: Malformed) {
        self.counts.malformed += 1;
        if self.malformed.len() == MALFORMED_KEPT {
            self.malformed.pop_front();
        }
        self.malformed.push_back(malformed);
    }

    /// The persons with one of these names or distinct ids.
    pub fn persons_of(&self, names: &[String], distinct_ids: &[String]) -> Vec<PersonId> {
        self.people.named(names, distinct_ids)
    }

    /// Deletes a person, its events, or both. A state file does not restore them.
    pub fn delete(&mut self, person: PersonId, deletion: Deletion) {
        let Some(found) = self.people.by_id(person) else {
            return;
        };
        let token = Arc::clone(&found.token);
        let ids: HashSet<String> = found.distinct_ids.iter().cloned().collect();
        let is_theirs = |kept: &Kept| kept.token == token && ids.contains(&kept.distinct_id);
        if deletion.events {
            let (theirs, others) = std::mem::take(&mut self.events)
                .into_iter()
                .partition::<VecDeque<_>, _>(|kept| is_theirs(kept));
            self.events = others;
            for kept in theirs {
                self.weight -= kept.weight();
                self.uuids.remove(&kept.uuid);
                self.counts.forgotten += 1;
            }
        }
        if deletion.person {
            // These events would make the person again.
            self.past.retain(|kept| !is_theirs(kept));
            self.past_weight = self.past.iter().map(|kept| kept.weight()).sum();
            self.people.remove(person);
        }
        self.identities += 1;
    }

    /// All events, the oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Arc<Kept>> + ExactSizeIterator {
        self.events.iter()
    }

    pub fn malformed(&self) -> impl Iterator<Item = &Malformed> {
        self.malformed.iter().rev()
    }

    /// Dropped events that changed persons, the oldest first.
    pub fn past(&self) -> impl Iterator<Item = &Arc<Kept>> {
        self.past.iter()
    }

    pub fn event_json<'a>(&'a self, kept: &'a Kept) -> impl Serialize + 'a {
        #[derive(Serialize)]
        struct Row<'a> {
            sequence: u64,
            received_at: u64,
            path: &'a str,
            token: &'a str,
            event: &'a str,
            uuid: &'a str,
            distinct_id: &'a str,
            timestamp: Option<&'a str>,
            session_id: Option<&'a str>,
            /// The person that the event belongs to now.
            person: Option<String>,
            personless: bool,
            outcome: &'a Ingestion,
            properties: &'a RawValue,
        }
        Row {
            sequence: kept.sequence,
            received_at: kept.received_at,
            path: &kept.path,
            token: &kept.token,
            event: &kept.name,
            uuid: &kept.uuid,
            distinct_id: &kept.distinct_id,
            timestamp: kept.timestamp.as_deref(),
            session_id: kept.session_id.as_deref(),
            person: self
                .people
                .find(&kept.token, &kept.distinct_id)
                .map(person::name),
            personless: kept.personless,
            outcome: &kept.ingestion,
            properties: &kept.properties,
        }
    }
}

#[cfg(test)]
#[path = "store/store_tests.rs"]
mod tests;
