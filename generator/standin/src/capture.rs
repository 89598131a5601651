//! PostHog's older endpoints for events, and session replay. [`crate::capture_v1`] is the newer one.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::event::Arrival;
use crate::refusal::Refusal;
use crate::standin::{Standin, now};
use crate::store::Malformed;
use crate::{body, intake};

/// How much of a body is kept to show what was wrong with it.
const SNIPPET: usize = 400;

pub type Body = Result<Bytes, BytesRejection>;

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

/// Takes events in, a few at a time, so that others get at the store while a large batch goes in.
pub fn keep(standin: &Standin, arrivals: Vec<Arrival>, path: &'static str) {
    const AT_ONCE: usize = 50;
    // Written to text before the lock is taken, so that batches do not wait for each other.
    let mut arrivals = arrivals.into_iter().filter_map(|arrival| {
        let properties = to_raw_value(&arrival.event.properties).ok()?;
        Some((arrival, properties))
    });
    let at = now();
    loop {
        let some: Vec<_> = arrivals.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return;
        }
        standin.change(|store| {
            for (Arrival { event, adjusted }, properties) in some {
                if let Some(adjusted) = adjusted {
                    store.adjusted(&event, adjusted, at);
                }
                store.take(event, properties, path, at);
            }
        });
        // A lock that is taken again at once leaves the others asleep.
        std::thread::yield_now();
    }
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
        Err(rejection) => Err(Refusal::rejected(rejection)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::scripts::Scripts;
    use crate::store::Store;

    #[test]
    fn a_large_batch_lets_others_at_the_store_in_between() {
        let standin = Standin::new(Store::new(1_000, BTreeMap::new()), Scripts::Carried);
        let event = json!({"event": "seen", "distinct_id": "ann"});
        let batch = json!({"api_key": "phc_a", "batch": vec![event; 120]});
        keep(&standin, intake::events(batch).unwrap(), "/batch");
        assert_eq!(standin.read().counts.events, 120);
        let times_locked = *standin.changes().borrow();
        assert_eq!(times_locked, 3);
    }
}
