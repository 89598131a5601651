//! The store of events, up to a limit: the oldest are dropped and counted.

pub mod project;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::event::{Adjusted, Event, group_key};
use crate::flags::Flag;
use crate::people::People;
use crate::people::ingestion::Ingestion;
use crate::people::person;
use crate::people::person::{Moment, PersonId};
use crate::store::project::Project;
use crate::warnings::Warnings;
use crate::warnings::kind::WarningKind;

/// The number of events that are kept by default.
pub const EVENTS_KEPT: usize = 20_000;
/// The limit for all events together, in bytes of JSON.
const HEAVIEST: usize = 128 * 1024 * 1024;
const MALFORMED_KEPT: usize = 200;
const TOKENS_COUNTED: usize = 100;
const FLAGS_NOTED: usize = 500;
/// The limit for dropped events that changed persons, in bytes of JSON.
const HEAVIEST_PAST: usize = 8 * 1024 * 1024;
const GROUPS_KEPT: usize = 10_000;
/// PostHog processes an event as one message of at most 1 MB.
const LARGEST_EVENT: usize = 1_000_000;
const LONGEST_GROUP_KEY: usize = 400;
/// PostHog's limit for group types in a project.
const GROUP_TYPES: usize = 5;

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

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Events that were stored, each uuid once.
    pub events: u64,
    /// Events with a uuid that was stored already.
    pub duplicates: u64,
    /// Events that were dropped for newer ones, or deleted with their person.
    pub forgotten: u64,
    /// Events that PostHog accepts and then drops. A warning gives the reason.
    pub dropped: u64,
    pub exceptions: u64,
    pub malformed: u64,
    pub replay_requests: u64,
    pub replay_bytes: u64,
    /// Requests with logs, traces and metrics.
    pub log_requests: u64,
    pub trace_requests: u64,
    pub metric_requests: u64,
    pub flag_requests: u64,
    pub definition_requests: u64,
    pub tokens: BTreeMap<String, u64>,
}

/// An event and its ingestion. The properties are kept as text, which takes a fifth of the memory.
pub struct Kept {
    pub sequence: u64,
    pub received_at: u64,
    pub path: Cow<'static, str>,
    pub token: Arc<str>,
    pub name: String,
    pub uuid: String,
    pub distinct_id: String,
    pub session_id: Option<String>,
    pub timestamp: Option<String>,
    pub personless: bool,
    ingestion: Ingestion,
    /// Whether the event links ids or changes the properties of a person.
    about_people: bool,
    pub properties: Box<RawValue>,
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

    /// Records the flags and groups of an event.
    fn note(&mut self, event: &Event) {
        if !event.personless() {
            for kind in event.object("$groups").into_iter().flat_map(Map::keys) {
                self.note_group_type(kind);
            }
        }
        match event.name.as_str() {
            "$exception" => self.counts.exceptions += 1,
            "$feature_flag_called" => {
                if let Some(flag) = event.text("$feature_flag") {
                    if self.flags_called.len() < FLAGS_NOTED || self.flags_called.contains_key(flag)
                    {
                        *self.flags_called.entry(flag.to_owned()).or_default() += 1;
                    }
                    self.asked(flag, event.text("$feature_flag_response"));
                }
            }
            "$groupidentify" if !event.personless() => {
                let key = event.properties.get("$group_key").and_then(group_key);
                if let (Some(kind), Some(key)) = (event.text("$group_type"), key) {
                    self.note_group_type(kind);
                    if self.groups.len() < GROUPS_KEPT && event.unusable_group_set().is_none() {
                        let group = self.groups.entry((kind.to_owned(), key)).or_default();
                        if let Some(set) = event.object("$group_set") {
                            group.extend(set.clone());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn note_group_type(&mut self, kind: &str) {
        if self.group_types.len() < GROUP_TYPES
            && !self.group_types.iter().any(|known| known == kind)
        {
            self.group_types.push(kind.to_owned());
        }
    }

    /// Records that the app read a flag, and the variant that it got.
    pub fn asked(&mut self, flag: &str, variant: Option<&str>) {
        if self.flags_asked.len() < FLAGS_NOTED || self.flags_asked.contains_key(flag) {
            let variants = self.flags_asked.entry(flag.to_owned()).or_default();
            if variants.len() < FLAGS_NOTED {
                variants.extend(variant.map(str::to_owned));
            }
        }
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

    pub fn flags_called(&self) -> &BTreeMap<String, u64> {
        &self.flags_called
    }

    pub fn flags_asked(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.flags_asked
    }

    /// Dropped events that changed persons, the oldest first.
    pub fn past(&self) -> impl Iterator<Item = &Arc<Kept>> {
        self.past.iter()
    }

    pub fn groups_count(&self) -> usize {
        self.groups.len()
    }

    /// The group types by their numbers, such as `{"0": "company"}`.
    ///
    /// PostHog's order is first the types in events, then the types that only flags name.
    pub fn group_types(&self) -> BTreeMap<String, String> {
        let mut kinds: Vec<&String> = self.group_types.iter().collect();
        for kind in self
            .flags
            .values()
            .filter_map(|flag| flag.group_type.as_ref())
        {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let numbered = kinds.into_iter().enumerate();
        numbered
            .map(|(index, kind)| (index.to_string(), kind.clone()))
            .collect()
    }

    pub fn group(&self, kind: &str, key: &str) -> Option<&Map<String, Value>> {
        self.groups.get(&(kind.to_owned(), key.to_owned()))
    }

    pub fn groups_json(&self) -> Vec<Value> {
        self.groups
            .iter()
            .map(|((kind, key), properties)| json!({"type": kind, "key": key, "properties": properties}))
            .collect()
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

/// Whether an event links ids or changes the properties of a person.
fn about_people(event: &Event) -> bool {
    let name = event.name.as_str();
    let says = |keys: &[&str]| keys.iter().any(|key| event.properties.contains_key(*key));
    !event.personless()
        && (matches!(
            name,
            "$create_alias" | "$merge_dangerously" | "$groupidentify"
        ) || says(&["$anon_distinct_id", "$set", "$set_once", "$unset"]))
}

/// The reason why PostHog drops an event before it changes anything.
///
/// It follows PostHog's `validate-event-properties.ts` and `handle-client-ingestion-warning-step.ts`.
fn dropped(event: &Event) -> Option<(WarningKind, String)> {
    match event.name.as_str() {
        "$groupidentify" => {
            let length = event
                .properties
                .get("$group_key")
                .and_then(group_key)?
                .chars()
                .count();
            (length > LONGEST_GROUP_KEY).then(|| {
                let detail = format!("a `$group_key` has {length} characters");
                (WarningKind::GroupKeyTooLong, detail)
            })
        }
        "$$client_ingestion_warning" => {
            let message = event.properties.get("$$client_ingestion_warning_message");
            let message = match message {
                Some(Value::String(message)) => message.clone(),
                Some(other) => other.to_string(),
                None => "without a message".to_owned(),
            };
            Some((
                WarningKind::ClientIngestionWarning,
                message.chars().take(400).collect(),
            ))
        }
        _ => None,
    }
}

impl Kept {
    /// Whether PostHog drops the event. The stand-in still shows it.
    pub fn is_dropped(&self) -> bool {
        self.ingestion.ignored.is_some()
    }

    pub fn weight(&self) -> usize {
        512 + self.properties.get().len()
            + 2 * self.uuid.len()
            + self.name.len()
            + self.distinct_id.len()
    }
}

#[cfg(test)]
#[path = "store/store_tests.rs"]
mod tests;
