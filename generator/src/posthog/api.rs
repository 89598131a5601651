//! The JSON interface, for tests and for the page. `api.md` beside this file describes it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::failure::Failure;
use super::flag_forms;
use super::flags::Flag;
use super::person;
use super::standin::Standin;
use super::store::{Kept, Store};

type Shared = State<Arc<Standin>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    event: Option<String>,
    uuid: Option<String>,
    distinct_id: Option<String>,
    person: Option<String>,
    session: Option<String>,
    token: Option<String>,
    /// Anywhere in name, ids or properties, whatever the case.
    search: Option<String>,
    /// Only events with a larger sequence.
    after: Option<u64>,
    /// Only events with a smaller sequence.
    before: Option<u64>,
    /// The newest so many.
    limit: Option<usize>,
}

impl Filter {
    fn wants(&self, store: &Store, kept: &Kept) -> bool {
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
    }

    fn apply(&self, store: &Store) -> Vec<Box<RawValue>> {
        let mut rows: Vec<_> = store
            .events()
            .rev()
            .filter(|kept| self.wants(store, kept))
            .take(self.limit.unwrap_or(usize::MAX))
            .filter_map(|kept| to_raw_value(&store.event_json(kept)).ok())
            .collect();
        rows.reverse();
        rows
    }
}

pub async fn status(State(standin): Shared) -> Response {
    let store = standin.read();
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"), "counts": store.counts, "kept": store.events().len(),
        "people": store.people.len(), "people_forgotten": store.people.forgotten,
        "failures": standin.failures.list(), "failed_requests": standin.failures.met(),
    }))
    .into_response()
}

pub async fn events(State(standin): Shared, Query(filter): Query<Filter>) -> Response {
    let (rows, total, forgotten) = {
        let store = standin.read();
        (
            filter.apply(&store),
            store.counts.events,
            store.counts.forgotten,
        )
    };
    #[derive(serde::Serialize)]
    struct Events {
        events: Vec<Box<RawValue>>,
        total: u64,
        forgotten: u64,
    }
    Json(Events {
        events: rows,
        total,
        forgotten,
    })
    .into_response()
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
        .map(person::Person::to_json)
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

pub async fn list_flags(State(standin): Shared) -> Response {
    let store = standin.read();
    Json(json!({"flags": store.flags, "called": store.flags_called()})).into_response()
}

pub async fn put_flags(State(standin): Shared, body: Bytes) -> Response {
    match parse(&body).and_then(|value| flag_forms::read_all(&value)) {
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
    match parse(&body).and_then(|value| Flag::read(&value)) {
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
    let failure = serde_json::from_slice::<Failure>(&body).map_err(|cause| cause.to_string());
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

/// Forgets events, people, warnings and failures; flags stay.
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
    let filter = Filter {
        event: wait.event,
        distinct_id: wait.distinct_id,
        ..Filter::default()
    };
    let count = || {
        let store = standin.read();
        match (&filter.event, &filter.distinct_id) {
            (None, None) => store.counts.events,
            _ => store
                .events()
                .filter(|kept| filter.wants(&store, kept))
                .count() as u64,
        }
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

fn parse(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|cause| cause.to_string())
}

fn bad(cause: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": cause}))).into_response()
}
