//! The JSON interface, for tests and for the page. `api.md` beside this file describes it.

pub mod events;
pub mod failures;
mod filter;
pub mod flags;
pub mod funnel;
pub mod people;
pub mod project;
mod query;
pub mod wait;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::standin::Standin;
use crate::store::Store;

pub type Shared = State<Arc<Standin>>;

pub async fn status(State(standin): Shared) -> Response {
    Json(overview(&standin)).into_response()
}

/// The counts of all data that is kept, and the address of the app.
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

/// Deletes events, people, warnings and failures, and keeps flags, surveys and the project's settings.
pub async fn reset(State(standin): Shared) -> Response {
    standin.failures.forget();
    standin.change(Store::reset);
    status(State(standin)).await
}

/// The description of this interface, for people who use it with curl.
pub async fn description() -> Response {
    (
        [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
        include_str!("api.md"),
    )
        .into_response()
}

/// An error of this interface.
pub fn bad(cause: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": cause}))).into_response()
}
