//! `/hoglet/events`, `/hoglet/names` and `/hoglet/exceptions`: the events that are kept.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::api::Shared;
use crate::api::filter::Filter;
use crate::api::query::Query;
use crate::people::person::{self, Person};

pub async fn list(State(standin): Shared, Query(filter): Query<Filter>) -> Response {
    #[derive(Serialize)]
    struct Events {
        events: Vec<Box<RawValue>>,
        /// The persons of these events.
        people: BTreeMap<String, PersonSummary>,
        total: u64,
        forgotten: u64,
    }
    let events = {
        let store = standin.read();
        let rows = filter.select(&store);
        let found = rows.iter().filter_map(|kept| {
            let person = store.people.get(&kept.token, &kept.distinct_id)?;
            Some((person::name(person.number), PersonSummary::of(person)))
        });
        Events {
            people: found.collect(),
            events: rows
                .iter()
                .filter_map(|kept| to_raw_value(&store.event_json(kept)).ok())
                .collect(),
            total: store.counts.events,
            forgotten: store.counts.forgotten,
        }
    };
    Json(events).into_response()
}

/// A person's name, for a list.
#[derive(Serialize)]
struct PersonSummary {
    label: String,
    identified: bool,
}

impl PersonSummary {
    fn of(person: &Person) -> Self {
        let named = ["name", "email"]
            .iter()
            .filter_map(|key| person.properties.get(*key)?.as_str())
            .find(|text| !text.trim().is_empty());
        let id = || person.distinct_ids.first().map(String::as_str);
        Self {
            label: named.or_else(id).unwrap_or_default().to_owned(),
            identified: person.identified,
        }
    }
}

/// The names of the events that are kept, and the number of events of each.
pub async fn names(State(standin): Shared) -> Response {
    let store = standin.read();
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    for kept in store.events() {
        *names.entry(&kept.name).or_default() += 1;
    }
    Json(names).into_response()
}

pub async fn exceptions(State(standin): Shared, Query(mut filter): Query<Filter>) -> Response {
    filter.event = Some("$exception".to_owned());
    Json(filter.apply(&standin.read())).into_response()
}
