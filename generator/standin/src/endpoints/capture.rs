//! PostHog's older endpoints for events, and session replay. [`super::capture_v1`] is the newer one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::endpoints::request::Incoming;
use crate::event::Arrival;
use crate::standin::{Standin, now};
use crate::wire::intake;

/// `/batch`, `/capture`, `/e`, `/track`, `/i/v0/e`: accepts all events of a request, or none.
pub async fn events(
    path: &'static str,
    State(standin): State<Arc<Standin>>,
    request: Incoming,
) -> Response {
    match request.json().and_then(intake::events) {
        Ok(events) => {
            keep(&standin, events, path);
            ok(&request)
        }
        Err(refusal) => {
            request.report(&refusal, path, &standin);
            refusal.into_response()
        }
    }
}

/// `/s`: session replay is counted and not kept.
pub async fn replay(State(standin): State<Arc<Standin>>, request: Incoming) -> Response {
    match request.bytes() {
        Ok(body) => {
            standin.change(|store| {
                store.counts.replay_requests += 1;
                store.counts.replay_bytes += body.len() as u64;
            });
            ok(&request)
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn ok(request: &Incoming) -> Response {
    match request.is_beacon() {
        true => StatusCode::NO_CONTENT.into_response(),
        false => Json(json!({"status": "Ok"})).into_response(),
    }
}

/// Stores events, a few at a time, so that a large batch does not block other requests.
pub fn keep(standin: &Standin, arrivals: Vec<Arrival>, path: &'static str) {
    const AT_ONCE: usize = 50;
    // They become text before the lock is taken, so that batches do not wait for each other.
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
        // Without this the same thread would take the lock again before the others wake up.
        std::thread::yield_now();
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
