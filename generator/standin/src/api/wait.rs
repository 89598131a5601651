//! `/hoglet/wait`: answers when the events that a test waits for have arrived.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::api::Shared;
use crate::api::filter::Filter;
use crate::api::query::Query;

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

/// Answers as soon as enough events have arrived, or 504 if they do not arrive in time.
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
        // The channel is only closed when the stand-in ends.
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
