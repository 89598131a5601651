//! PostHog's endpoints for clients that evaluate flags locally.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::endpoints::request::bearer;
use crate::flags::matching;
use crate::standin::Standin;

/// `/flags/definitions` and the older `/api/feature_flag/local_evaluation`.
pub async fn definitions(State(standin): State<Arc<Standin>>, headers: HeaderMap) -> Response {
    if let Some(refusal) = without_a_key(&headers) {
        return refusal;
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
    Path((_, key)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = without_a_key(&headers) {
        return refusal;
    }
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

/// The refusal of a request without a personal or a secret key.
///
/// Any key passes here except the project's own token, which every browser knows.
fn without_a_key(headers: &HeaderMap) -> Option<Response> {
    let key = bearer(headers);
    let (code, detail) = if key.is_empty() {
        (
            "not_authenticated",
            "Authentication credentials were not provided.",
        )
    } else if key.starts_with("phc_") {
        (
            "authentication_failed",
            "Personal API key found in request Authorization header is invalid.",
        )
    } else {
        return None;
    };
    let error =
        json!({"type": "authentication_error", "code": code, "attr": null, "detail": detail});
    Some((StatusCode::UNAUTHORIZED, Json(error)).into_response())
}
