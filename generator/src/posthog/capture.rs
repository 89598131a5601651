//! PostHog's endpoints for events: the older ones, v1, and session replay.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use super::event::Event;
use super::refusal::Refusal;
use super::standin::{Standin, now};
use super::store::Malformed;
use super::{body, intake};

/// How much of a body is kept to show what was wrong with it.
const SNIPPET: usize = 400;
const V1: &str = "/i/v1/analytics/events";

type Body = Result<Bytes, BytesRejection>;

/// `/batch`, `/capture`, `/e`, `/track`, `/i/v0/e`: everything or nothing.
pub async fn events(
    path: &'static str,
    State(standin): State<Arc<Standin>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    let query = uri.query().unwrap_or_default();
    match unwrap(query, &headers, &body).and_then(intake::events) {
        Ok(events) => {
            keep(&standin, events, path);
            // `navigator.sendBeacon` has no use for an answer.
            if query.contains("beacon=1") {
                return StatusCode::NO_CONTENT.into_response();
            }
            Json(json!({"status": "Ok"})).into_response()
        }
        Err(refusal) => {
            note(&standin, path, &headers, &body, &refusal);
            refusal.into_response()
        }
    }
}

/// `/i/v1/analytics/events`: a result for each event.
pub async fn events_v1(
    State(standin): State<Arc<Standin>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let query = uri.query().unwrap_or_default();
    let batch = required_headers(&headers)
        .and_then(|()| bearer(&headers))
        .and_then(|token| Ok((token, batch(unwrap(query, &headers, &body)?)?)));
    let mut response = match batch {
        Ok((token, items)) => {
            let mut results = BTreeMap::new();
            let mut events = Vec::new();
            for item in items {
                match intake::event_v1(&token, item) {
                    Ok(event) => {
                        results.insert(event.uuid.clone(), json!({"result": "ok"}));
                        events.push(event);
                    }
                    Err((uuid, reason)) => {
                        note(&standin, V1, &headers, &body, &Refusal::bad(&reason));
                        results.insert(uuid, json!({"result": "drop", "details": reason}));
                    }
                }
            }
            keep(&standin, events, V1);
            Json(json!({"results": results})).into_response()
        }
        Err(refusal) => {
            note(&standin, V1, &headers, &body, &refusal);
            let error = json!({
                "error": tag(refusal.status), "error_description": refusal.reason,
                "error_uri": "https://posthog.com/docs/api",
            });
            (refusal.status, Json(error)).into_response()
        }
    };
    if let Some(id) = headers.get("posthog-request-id") {
        response
            .headers_mut()
            .insert("posthog-request-id", id.clone());
    }
    response
}

/// `/s`: session replay is counted and not kept.
pub async fn replay(
    State(standin): State<Arc<Standin>>,
    method: Method,
    uri: Uri,
    body: Body,
) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::OK.into_response();
    }
    match body {
        Ok(body) => {
            standin.change(|store| {
                store.counts.replay_requests += 1;
                store.counts.replay_bytes += body.len() as u64;
            });
            if uri.query().is_some_and(|query| query.contains("beacon=1")) {
                return StatusCode::NO_CONTENT.into_response();
            }
            Json(json!({"status": "Ok"})).into_response()
        }
        Err(rejection) => rejection.into_response(),
    }
}

/// Logs, metrics and whatever else an SDK may send by the way: taken, and gone.
pub async fn swallow(_: Body) -> Response {
    Json(json!({"status": "Ok"})).into_response()
}

fn keep(standin: &Standin, events: Vec<Event>, path: &'static str) {
    // Written to text before the lock is taken, so that batches do not wait for each other.
    let events: Vec<_> = events
        .into_iter()
        .filter_map(|event| {
            to_raw_value(&event.properties)
                .ok()
                .map(|properties| (event, properties))
        })
        .collect();
    let at = now();
    standin.change(|store| {
        for (event, properties) in events {
            store.take(event, properties, path, at);
        }
    });
}

/// Shows a refused request in the interface, with the reason.
pub fn note(standin: &Standin, path: &str, headers: &HeaderMap, body: &Body, refusal: &Refusal) {
    let body = body.as_deref().unwrap_or_default();
    let client = headers
        .get(header::USER_AGENT)
        .and_then(|client| client.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let malformed = Malformed {
        received_at: now(),
        path: path.to_owned(),
        status: refusal.status.as_u16(),
        reason: refusal.reason.clone(),
        client,
        body: String::from_utf8_lossy(&body[..body.len().min(SNIPPET)]).into_owned(),
    };
    standin.change(|store| store.refuse(malformed));
}

pub fn unwrap(query: &str, headers: &HeaderMap, body: &Body) -> Result<Value, Refusal> {
    match body {
        Ok(bytes) => body::json(query, headers, bytes),
        Err(rejection) => Err(Refusal {
            status: rejection.status(),
            reason: rejection.body_text(),
        }),
    }
}

fn batch(json: Value) -> Result<Vec<Value>, Refusal> {
    let Value::Object(mut envelope) = json else {
        return Err(Refusal::bad("failed to parse request: not an object"));
    };
    if !envelope.get("created_at").is_some_and(Value::is_string) {
        return Err(Refusal::bad(
            "failed to parse request: missing field `created_at`",
        ));
    }
    match envelope.remove("batch") {
        Some(Value::Array(items)) if items.is_empty() => {
            Err(Refusal::bad("request batch is empty"))
        }
        Some(Value::Array(items)) => Ok(items),
        _ => Err(Refusal::bad(
            "failed to parse request: missing field `batch`",
        )),
    }
}

fn required_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    let missing: Vec<_> = [
        "posthog-sdk-info",
        "posthog-attempt",
        "posthog-request-id",
        "posthog-request-timestamp",
    ]
    .into_iter()
    .filter(|name| !headers.contains_key(*name))
    .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Refusal::bad(format!(
            "request is missing required headers: {missing:?}"
        )))
    }
}

fn bearer(headers: &HeaderMap) -> Result<Arc<str>, Refusal> {
    let token = headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::to_str)
        .and_then(Result::ok)
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    intake::check_token(token).map(Into::into)
}

fn tag(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "invalid_api_token",
        StatusCode::PAYLOAD_TOO_LARGE => "payload_too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_encoding",
        _ => "request_parsing_error",
    }
}
