//! `/i/v1/analytics/events`: answers with a result for each event.
//!
//! It follows PostHog's `rust/capture/src/v1/`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::endpoints::capture::keep;
use crate::endpoints::request::{Incoming, bearer};
use crate::event::Adjusted;
use crate::standin::Standin;
use crate::wire::refusal::Refusal;
use crate::wire::{body, intake, intake_v1};

const PATH: &str = "/i/v1/analytics/events";
/// The name of an SDK is added to the events unless it is longer than this.
const LONGEST_SDK: usize = 200;

pub async fn events(State(standin): State<Arc<Standin>>, request: Incoming) -> Response {
    let mut response = match accept(&standin, &request) {
        Ok(results) => Json(json!({"results": results})).into_response(),
        Err(refusal) => {
            request.report(&refusal, PATH, &standin);
            let error = json!({
                "error": tag(refusal.status), "error_description": refusal.reason,
                "error_uri": "https://posthog.com/docs/api",
            });
            (refusal.status, Json(error)).into_response()
        }
    };
    if let Some(id) = request.headers.get("posthog-request-id") {
        response
            .headers_mut()
            .insert("posthog-request-id", id.clone());
    }
    response
}

fn accept(standin: &Standin, request: &Incoming) -> Result<BTreeMap<String, Value>, Refusal> {
    required_headers(&request.headers)?;
    let token: Arc<str> = intake::check_token(bearer(&request.headers))?.into();
    let json = body::json_v1(&request.headers, request.bytes()?)?;
    let sdk = sdk(&request.headers);
    let mut results = BTreeMap::new();
    let mut arrivals = Vec::new();
    for event in intake_v1::batch(json)? {
        let uuid = event.uuid.clone();
        let result = match intake_v1::event(&token, event, &sdk) {
            Ok(arrival) => {
                let disabled = arrival.adjusted == Some(Adjusted::WithoutPerson);
                arrivals.push(arrival);
                match disabled {
                    true => json!({"result": "ok", "details": "person_processing_disabled"}),
                    false => json!({"result": "ok"}),
                }
            }
            Err(reason) => {
                request.report(&Refusal::bad(reason), PATH, standin);
                json!({"result": "drop", "details": reason})
            }
        };
        results.insert(uuid, result);
    }
    keep(standin, arrivals, PATH);
    Ok(results)
}

/// The SDK from `PostHog-Sdk-Info: posthog-python/7.0.0`, as properties for every event of the batch.
fn sdk(headers: &HeaderMap) -> Map<String, Value> {
    let info = headers
        .get("posthog-sdk-info")
        .and_then(|info| info.to_str().ok())
        .filter(|info| info.len() <= LONGEST_SDK)
        .and_then(|info| info.rsplit_once('/'))
        .map(|(name, version)| (name.trim(), version.trim()))
        .filter(|(name, version)| !name.is_empty() && !version.is_empty());
    let properties = info.map(|(name, version)| {
        [("$lib", name), ("$lib_version", version)]
            .map(|(key, value)| (key.to_owned(), value.into()))
    });
    properties.into_iter().flatten().collect()
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

fn tag(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "invalid_api_token",
        StatusCode::PAYLOAD_TOO_LARGE => "payload_too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_encoding",
        _ => "request_parsing_error",
    }
}
