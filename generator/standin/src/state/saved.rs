//! The contents of the state file.
//!
//! The file contains the events that are kept, older events that changed persons, the flags, the project's settings and the
//! counts. At the start the events are ingested again, so that persons, groups and warnings follow the current rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::event::Event;
use crate::flags::Flag;
use crate::store::project::Project;
use crate::store::{Counts, Kept, Store};

const VERSION: u32 = 1;
/// The limit for all events in the file, in bytes; the oldest are left out.
const HEAVIEST: usize = 48 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
pub struct Saved<'a> {
    version: u32,
    counts: Counts,
    flags: BTreeMap<String, Flag>,
    flags_version: u64,
    flags_asked: BTreeMap<String, BTreeSet<String>>,
    #[serde(default)]
    project: Project,
    #[serde(borrow)]
    events: Vec<SavedEvent<'a>>,
}

#[derive(Serialize, Deserialize)]
struct SavedEvent<'a> {
    sequence: u64,
    received_at: u64,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    token: Cow<'a, str>,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    uuid: Cow<'a, str>,
    #[serde(borrow)]
    distinct_id: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow)]
    properties: &'a RawValue,
}

/// A copy of the data, made while the store is locked and written later.
pub struct Snapshot {
    counts: Counts,
    flags: BTreeMap<String, Flag>,
    flags_version: u64,
    flags_asked: BTreeMap<String, BTreeSet<String>>,
    project: Project,
    events: Vec<Arc<Kept>>,
}

impl Snapshot {
    pub fn of(store: &Store) -> Self {
        let mut weight = 0;
        let fits = |event: &&Arc<Kept>| {
            weight += event.weight();
            weight <= HEAVIEST
        };
        let mut newest: Vec<_> = store.events().rev().take_while(fits).cloned().collect();
        newest.reverse();
        Self {
            counts: store.counts.clone(),
            flags: store.flags.clone(),
            flags_version: store.flags_version,
            flags_asked: store.flags_asked().clone(),
            project: store.project,
            events: store.past().cloned().chain(newest).collect(),
        }
    }

    pub fn saved(&self) -> Saved<'_> {
        Saved {
            version: VERSION,
            counts: self.counts.clone(),
            flags: self.flags.clone(),
            flags_version: self.flags_version,
            flags_asked: self.flags_asked.clone(),
            project: self.project,
            events: self.events.iter().map(|event| saved(event)).collect(),
        }
    }
}

fn saved(event: &Kept) -> SavedEvent<'_> {
    SavedEvent {
        sequence: event.sequence,
        received_at: event.received_at,
        path: Cow::Borrowed(&event.path),
        token: Cow::Borrowed(&event.token),
        event: Cow::Borrowed(&event.name),
        uuid: Cow::Borrowed(&event.uuid),
        distinct_id: Cow::Borrowed(&event.distinct_id),
        timestamp: event.timestamp.as_deref().map(Cow::Borrowed),
        properties: &event.properties,
    }
}

pub fn read(text: &str) -> Result<Saved<'_>, String> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let found: Versioned = serde_json::from_str(text).map_err(|cause| cause.to_string())?;
    if found.version != VERSION {
        return Err(format!(
            "it is of version {}, this hoglet knows version {VERSION}",
            found.version
        ));
    }
    serde_json::from_str(text).map_err(|cause| cause.to_string())
}

/// Ingests the events again. Flags from the command line override flags in the file.
pub fn restore(store: &mut Store, saved: Saved) -> Result<(), String> {
    // All events are read before the store is changed.
    let read = |event: &SavedEvent| serde_json::from_str(event.properties.get());
    let properties: Result<Vec<_>, _> = saved.events.iter().map(read).collect();
    let properties = properties.map_err(|cause| format!("an event's properties: {cause}"))?;
    for (key, flag) in saved.flags {
        store.flags.entry(key).or_insert(flag);
    }
    store.project = saved.project;
    for (event, properties) in saved.events.into_iter().zip(properties) {
        store.counts.events = event.sequence.saturating_sub(1);
        let taken = Event {
            token: event.token.into(),
            name: event.event.into_owned(),
            uuid: event.uuid.into_owned(),
            distinct_id: event.distinct_id.into_owned(),
            timestamp: event.timestamp.map(Cow::into_owned),
            properties,
        };
        let path = event.path.into_owned();
        store.take(taken, event.properties.to_owned(), path, event.received_at);
    }
    for (flag, variants) in saved.flags_asked {
        store.asked(&flag, None);
        for variant in variants {
            store.asked(&flag, Some(&variant));
        }
    }
    // The version goes up by one, because a client that evaluates locally may have the old flags.
    store.flags_version = saved.flags_version + 1;
    let kept = store.events().len() as u64;
    store.counts = Counts {
        forgotten: saved.counts.events.saturating_sub(kept),
        ..saved.counts
    };
    Ok(())
}
