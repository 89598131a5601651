//! The JSON interface, for tests and for the page. `api.md` beside this file describes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::beside;
use crate::failure::Failure;
use crate::filter::Filter;
use crate::flag_forms;
use crate::flags::Flag;
use crate::funnel::{self, Funnel};
use crate::json_text;
use crate::person::{self, Person};
use crate::query::Query;
use crate::standin::Standin;
use crate::store::Store;

type Shared = State<Arc<Standin>>;

pub async fn status(State(standin): Shared) -> Response {
    Json(overview(&standin)).into_response()
}

/// How much is there, and where the app is.
pub fn overview(standin: &Standin) -> Value {
    let app = standin.app();
    let store = standin.read();
    let warnings = store.warnings.to_json(&store.people);
    let errors = warnings
        .iter()
        .filter(|warning| warning["severity"] == "error");
    json!({
        "version": env!("CARGO_PKG_VERSION"), "counts": store.counts, "kept": store.events().len(),
        "people": store.people.len(), "people_forgotten": store.people.forgotten, "identities": store.identities,
        "groups": store.groups_count(), "flags": store.flags.len(),
        "warnings": warnings.len(), "errors": errors.count(), "app": app,
        "failures": standin.failures.list(), "failed_requests": standin.failures.met(), "streams": standin.streams(),
    })
}

pub async fn events(State(standin): Shared, Query(filter): Query<Filter>) -> Response {
    #[derive(Serialize)]
    struct Events {
        events: Vec<Box<RawValue>>,
        /// Those whom the events belong to.
        people: BTreeMap<String, Brief>,
        total: u64,
        forgotten: u64,
    }
    let events = {
        let store = standin.read();
        let rows = filter.select(&store);
        let found = rows.iter().filter_map(|kept| {
            let person = store.people.get(&kept.token, &kept.distinct_id)?;
            Some((person::name(person.number), Brief::of(person)))
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

/// What a person is called, for a list.
#[derive(Serialize)]
struct Brief {
    label: String,
    identified: bool,
}

impl Brief {
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

/// The names of the events that are kept, with how many there are of each.
pub async fn names(State(standin): Shared) -> Response {
    let store = standin.read();
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    for kept in store.events() {
        *names.entry(&kept.name).or_default() += 1;
    }
    Json(names).into_response()
}

/// The flags the app knows, asked now; without an answer `flags` is null, and `error` says why.
pub async fn app(State(standin): Shared) -> Response {
    let Some(address) = standin.app() else {
        return Json(json!({"address": null, "flags": null, "error": null})).into_response();
    };
    let (flags, error) = match beside::flags(&address).await {
        Ok(flags) => (Some(flags), None),
        Err(error) => (None, Some(error)),
    };
    Json(json!({"address": address, "flags": flags, "error": error})).into_response()
}

pub async fn exceptions(State(standin): Shared, Query(mut filter): Query<Filter>) -> Response {
    filter.event = Some("$exception".to_owned());
    Json(filter.apply(&standin.read())).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleFilter {
    id: Option<String>,
    distinct_id: Option<String>,
    search: Option<String>,
    limit: Option<usize>,
}

pub async fn people(State(standin): Shared, Query(filter): Query<PeopleFilter>) -> Response {
    let store = standin.read();
    let search = filter.search.map(|text| text.to_lowercase());
    let rows: Vec<Value> = store
        .people
        .newest_first()
        .into_iter()
        .filter(|person| {
            filter
                .id
                .as_ref()
                .is_none_or(|id| *id == person::name(person.number))
                && filter
                    .distinct_id
                    .as_ref()
                    .is_none_or(|id| person.distinct_ids.contains(id))
        })
        .map(Person::to_json)
        .filter(|row| {
            search
                .as_ref()
                .is_none_or(|text| row.to_string().to_lowercase().contains(text))
        })
        .take(filter.limit.unwrap_or(usize::MAX))
        .collect();
    Json(rows).into_response()
}

pub async fn warnings(State(standin): Shared) -> Response {
    let store = standin.read();
    Json(store.warnings.to_json(&store.people)).into_response()
}

pub async fn malformed(State(standin): Shared) -> Response {
    let store = standin.read();
    Json(store.malformed().collect::<Vec<_>>()).into_response()
}

pub async fn groups(State(standin): Shared) -> Response {
    Json(standin.read().groups_json()).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    steps: Option<String>,
}

pub async fn funnel(State(standin): Shared, Query(wanted): Query<Steps>) -> Response {
    match Funnel::read(wanted.steps.as_deref().unwrap_or(funnel::SIGN_UP)) {
        Ok(funnel) => Json(json!({"steps": funnel.count(&standin.read())})).into_response(),
        Err(cause) => bad(&cause),
    }
}

pub async fn list_flags(State(standin): Shared) -> Response {
    let store = standin.read();
    Json(json!({
        "flags": store.flags, "called": store.flags_called(), "asked": store.flags_asked(),
    }))
    .into_response()
}

pub async fn put_flags(State(standin): Shared, body: Bytes) -> Response {
    match json_text::parse(&body).and_then(|value| flag_forms::read_all(&value)) {
        Ok(flags) => {
            standin.change(|store| {
                store.flags = flags;
                store.flags_version += 1;
            });
            list_flags(State(standin)).await
        }
        Err(cause) => bad(&cause),
    }
}

pub async fn put_flag(State(standin): Shared, Path(key): Path<String>, body: Bytes) -> Response {
    match json_text::parse(&body).and_then(|value| Flag::read(&value)) {
        Ok(flag) => {
            standin.change(|store| {
                store.flags.insert(key, flag);
                store.flags_version += 1;
            });
            list_flags(State(standin)).await
        }
        Err(cause) => bad(&cause),
    }
}

pub async fn delete_flag(State(standin): Shared, Path(key): Path<String>) -> Response {
    standin.change(|store| {
        store.flags.remove(&key);
        store.flags_version += 1;
    });
    list_flags(State(standin)).await
}

pub async fn fail(State(standin): Shared, body: Bytes) -> Response {
    let failure = json_text::parse_object::<Failure>(&body);
    match failure.and_then(|failure| standin.failures.set(failure).map_err(str::to_owned)) {
        Ok(()) => {
            standin.change(|_| ());
            Json(standin.failures.list()).into_response()
        }
        Err(cause) => bad(&cause),
    }
}

pub async fn heal(State(standin): Shared) -> Response {
    standin.failures.lift();
    standin.change(|_| ());
    Json(standin.failures.list()).into_response()
}

/// Forgets events, people, warnings and failures; flags, surveys and the project's settings stay.
pub async fn reset(State(standin): Shared) -> Response {
    standin.failures.forget();
    standin.change(Store::reset);
    status(State(standin)).await
}

#[derive(Debug, Deserialize)]
pub struct Wait {
    events: u64,
    #[serde(default = "five_seconds")]
    timeout_ms: u64,
    event: Option<String>,
    distinct_id: Option<String>,
}

fn five_seconds() -> u64 {
    5_000
}

/// Answers when so many events are there; 504 when they do not come in time.
pub async fn wait(State(standin): Shared, Query(wait): Query<Wait>) -> Response {
    let anything = wait.event.is_none() && wait.distinct_id.is_none();
    let filter = Filter::of(wait.event, wait.distinct_id);
    let count = || {
        let store = standin.read();
        if anything {
            return store.counts.events;
        }
        let wanted = store.events().filter(|kept| filter.wants(&store, kept));
        wanted.count() as u64
    };
    let mut changes = standin.changes();
    let enough = async {
        // The sender lives as long as the stand-in, so a closed channel means it is over.
        while count() < wait.events && changes.changed().await.is_ok() {}
    };
    let met = tokio::time::timeout(Duration::from_millis(wait.timeout_ms), enough)
        .await
        .is_ok();
    let status = if met {
        StatusCode::OK
    } else {
        StatusCode::GATEWAY_TIMEOUT
    };
    (status, Json(json!({"met": met, "events": count()}))).into_response()
}

/// The description, for who comes here with curl.
pub async fn description() -> Response {
    (
        [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
        include_str!("api.md"),
    )
        .into_response()
}

fn bad(cause: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": cause}))).into_response()
}
