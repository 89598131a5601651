//! `/hoglet/people`: the persons that the events made.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use crate::api::Shared;
use crate::api::query::Query;
use crate::people::person::{self, Person};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleFilter {
    id: Option<String>,
    distinct_id: Option<String>,
    search: Option<String>,
    limit: Option<usize>,
}

pub async fn list(State(standin): Shared, Query(filter): Query<PeopleFilter>) -> Response {
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
