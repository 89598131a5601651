//! PostHog's endpoints for clients that evaluate flags by themselves.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::matching;
use super::standin::Standin;

/// `/flags/definitions` and the older `/api/feature_flag/local_evaluation`.
pub async fn definitions(State(standin): State<Arc<Standin>>, headers: HeaderMap) -> Response {
    let authorized = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|key| !key.trim().is_empty());
    if !authorized {
        let error = json!({
            "type": "authentication_error", "code": "not_authenticated", "attr": null,
            "detail": "Authentication credentials were not provided.",
        });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    standin.change(|store| {
        store.counts.definition_requests += 1;
        let group_types = store.group_types();
        let etag = format!("\"{}-{}\"", store.flags_version, group_types.len());
        let etag = HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\""));
        if headers.get(header::IF_NONE_MATCH) == Some(&etag) {
            return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
        }
        let flags: Vec<_> = store
            .flags
            .iter()
            .enumerate()
            .map(|(index, (key, flag))| {
                flag.definition(index + 1, key, store.flags_version, &group_types)
            })
            .collect();
        let definitions = json!({
            "flags": flags, "group_type_mapping": group_types, "cohorts": {},
            "property_matching_version": matching::VERSION,
            "minimal_flag_called_events": store.project.minimal_flag_called_events,
        });
        ([(header::ETAG, etag)], Json(definitions)).into_response()
    })
}

/// `/api/projects/@current/feature_flags/KEY/remote_config`: the payload of a flag for everybody.
pub async fn remote_config(
    State(standin): State<Arc<Standin>>,
    axum::extract::Path((_, key)): axum::extract::Path<(String, String)>,
) -> Response {
    let store = standin.read();
    match store
        .flags
        .get(&key)
        .and_then(|flag| flag.payloads.get("true"))
    {
        Some(payload) => Json(payload.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
