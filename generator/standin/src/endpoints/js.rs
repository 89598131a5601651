//! Answers posthog-js's requests for [`scripts`](crate::scripts) and for the project's settings.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::scripts::javascript;
use crate::standin::Standin;
use crate::store::Store;

/// The settings for posthog-js. Every feature that would make more requests is off.
pub fn config(token: &str, store: &Store) -> Map<String, Value> {
    let replay = json!({
        "endpoint": "/s/", "version": "v2", "recorderVersion": "v2", "consoleLogRecordingEnabled": false,
        "sampleRate": null, "minimumDurationMilliseconds": null, "linkedFlag": null, "networkPayloadCapture": null,
        "masking": null, "urlTriggers": [], "urlBlocklist": [], "eventTriggers": [], "triggerMatchType": null,
        "scriptConfig": {"script": "posthog-recorder"},
    });
    let config = json!({
        "token": token, "supportedCompression": ["gzip", "gzip-js"], "hasFeatureFlags": !store.flags.is_empty(),
        "captureDeadClicks": false, "capturePerformance": false, "autocapture_opt_out": false,
        "autocaptureExceptions": false, "analytics": {"endpoint": "/i/v0/e/"}, "elementsChainAsString": true,
        "sessionRecording": replay, "heatmaps": false, "surveys": !store.surveys.is_empty(), "productTours": false, "logs": {"captureConsoleLogs": false},
        "defaultIdentifiedOnly": true, "errorTracking": {"autocaptureExceptions": false, "suppressionRules": []},
        "siteApps": [], "isAuthenticated": false, "toolbarParams": {}, "conversations": false,
    });
    match config {
        Value::Object(config) => config,
        _ => Map::new(),
    }
}

/// `/array/TOKEN/config`, `/array/TOKEN/config.js` and `/array/TOKEN/array.js`.
pub async fn project(
    State(standin): State<Arc<Standin>>,
    Path((token, file)): Path<(String, String)>,
) -> Response {
    let config = config(&token, &standin.read());
    let script = || {
        let token = Value::from(token.as_str());
        let entry = json!({"config": config, "siteApps": []});
        format!(
            "(function(){{var all=window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{{}};all[{token}]={entry}}})();\n"
        )
    };
    match file.trim_end_matches('/') {
        "config" => Json(config).into_response(),
        "config.js" => javascript(script()),
        "array.js" => match standin.scripts.array().await {
            Some(array) => javascript(script() + array.as_str()),
            None => missing(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `/static/array.js`, and paths with a version: `/static/1.449.2/recorder.js`.
pub async fn scripts(
    State(standin): State<Arc<Standin>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let file = match path.split_once('/') {
        Some((version, file)) if version.starts_with(|first: char| first.is_ascii_digit()) => file,
        _ => &path,
    };
    let served = standin.scripts.serve(file, &headers).await;
    served.unwrap_or_else(missing)
}

fn missing() -> Response {
    let text = "No such script of posthog-js here; --posthog-js FOLDER serves those of a folder.\n";
    (StatusCode::NOT_FOUND, text).into_response()
}
