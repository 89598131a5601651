//! The filter for events.

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::people::person;
use crate::store::{Kept, Store};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    pub event: Option<String>,
    uuid: Option<String>,
    distinct_id: Option<String>,
    person: Option<String>,
    session: Option<String>,
    token: Option<String>,
    /// Text anywhere in the name, the ids or the properties, in upper or lower case.
    search: Option<String>,
    /// A JSON object with the properties that an event must have; `null` matches any value.
    #[serde(deserialize_with = "object")]
    properties: Map<String, Value>,
    group_type: Option<String>,
    group_key: Option<String>,
    /// Received at this time or later, in milliseconds since 1970.
    since: Option<u64>,
    /// Received before this time.
    until: Option<u64>,
    /// Only events with a larger sequence.
    after: Option<u64>,
    /// Only events with a smaller sequence.
    before: Option<u64>,
    /// Only this many events, the newest.
    limit: Option<usize>,
}

impl Filter {
    pub fn of(event: Option<String>, distinct_id: Option<String>) -> Self {
        Self {
            event,
            distinct_id,
            ..Self::default()
        }
    }

    pub fn wants(&self, store: &Store, kept: &Kept) -> bool {
        let is = |wanted: &Option<String>, actual: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == actual)
        };
        let person = || {
            store
                .people
                .find(&kept.token, &kept.distinct_id)
                .map(person::name)
        };
        is(&self.event, &kept.name)
            && is(&self.uuid, &kept.uuid)
            && is(&self.distinct_id, &kept.distinct_id)
            && is(&self.token, &kept.token)
            && self.since.is_none_or(|since| kept.received_at >= since)
            && self.until.is_none_or(|until| kept.received_at < until)
            && self.after.is_none_or(|after| kept.sequence > after)
            && self.before.is_none_or(|before| kept.sequence < before)
            && (self.session.is_none() || self.session == kept.session_id)
            && (self.person.is_none() || self.person == person())
            && self.search.as_deref().is_none_or(|text| {
                let text = text.to_lowercase();
                [
                    kept.name.as_str(),
                    &kept.distinct_id,
                    &kept.uuid,
                    kept.properties.get(),
                ]
                .iter()
                .any(|part| part.to_lowercase().contains(&text))
            })
            && self.wants_properties(&kept.properties)
    }

    /// Whether an event has the properties and belongs to the group.
    fn wants_properties(&self, raw: &RawValue) -> bool {
        if self.properties.is_empty() && self.group_type.is_none() && self.group_key.is_none() {
            return true;
        }
        // Parsing all properties takes long, and most events do not contain the name.
        let named = |name: &str| raw.get().contains(&*Value::from(name).to_string());
        if !self.properties.keys().all(|name| named(name)) {
            return false;
        }
        let Ok(properties) = serde_json::from_str::<Map<String, Value>>(raw.get()) else {
            return false;
        };
        self.properties
            .iter()
            .all(|(name, wanted)| match properties.get(name) {
                Some(actual) => wanted.is_null() || text(wanted) == text(actual),
                None => false,
            })
            && self.wants_group(&properties)
    }

    fn wants_group(&self, properties: &Map<String, Value>) -> bool {
        let wanted = |kind: &str, key: &Value| {
            self.group_type
                .as_deref()
                .is_none_or(|wanted| wanted == kind)
                && self
                    .group_key
                    .as_ref()
                    .is_none_or(|wanted| *wanted == text(key))
        };
        let none = self.group_type.is_none() && self.group_key.is_none();
        let named = properties.get("$groups").and_then(Value::as_object);
        let described = properties
            .get("$group_type")
            .and_then(Value::as_str)
            .zip(properties.get("$group_key"));
        none || named.is_some_and(|groups| groups.iter().any(|(kind, key)| wanted(kind, key)))
            || described.is_some_and(|(kind, key)| wanted(kind, key))
    }

    /// The events that pass the filter, the oldest first.
    pub fn apply(&self, store: &Store) -> Vec<Box<RawValue>> {
        let rows = self.select(store);
        rows.into_iter()
            .filter_map(|kept| to_raw_value(&store.event_json(kept)).ok())
            .collect()
    }

    pub fn select<'a>(&self, store: &'a Store) -> Vec<&'a Kept> {
        let mut rows: Vec<_> = store
            .events()
            .rev()
            .map(|kept| &**kept)
            // The newest come first, so the first one that is too old ends the search.
            .take_while(|kept| self.after.is_none_or(|after| kept.sequence > after))
            .filter(|kept| self.wants(store, kept))
            .take(self.limit.unwrap_or(usize::MAX))
            .collect();
        rows.reverse();
        rows
    }
}

/// The value as text, so that `1` and `"1"` are the same.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn object<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let text = String::deserialize(deserializer)?;
    serde_json::from_str(&text).map_err(serde::de::Error::custom)
}
