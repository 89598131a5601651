//! What posthog-js loads: its own scripts from a folder, and the project's settings for it.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tower_http::services::ServeDir;

use super::standin::Standin;
use super::store::Store;

/// The settings posthog-js asks for. Whatever would call back for more is off.
pub fn config(token: &str, scripts: bool, store: &Store) -> Map<String, Value> {
    // The recorder is a script of its own; without the folder it could not be loaded.
    let replay = if scripts {
        json!({
            "endpoint": "/s/", "version": "v2", "recorderVersion": "v2", "consoleLogRecordingEnabled": false,
            "sampleRate": null, "minimumDurationMilliseconds": null, "linkedFlag": null, "networkPayloadCapture": null,
            "masking": null, "urlTriggers": [], "urlBlocklist": [], "eventTriggers": [], "triggerMatchType": null,
            "scriptConfig": {"script": "posthog-recorder"},
        })
    } else {
        Value::Bool(false)
    };
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
    let config = config(&token, standin.posthog_js.is_some(), &standin.read());
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
        "array.js" => match &standin.posthog_js {
            Some(folder) => match tokio::fs::read_to_string(folder.join("array.js")).await {
                Ok(array) => javascript(script() + &array),
                Err(_) => missing(),
            },
            None => missing(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `/static/array.js`, and with the version in between: `/static/1.449.2/recorder.js`.
pub async fn scripts(State(standin): State<Arc<Standin>>, Path(path): Path<String>) -> Response {
    let Some(folder) = &standin.posthog_js else {
        return missing();
    };
    let file = match path.split_once('/') {
        Some((version, file)) if version.starts_with(|first: char| first.is_ascii_digit()) => file,
        _ => &path,
    };
    let Ok(uri) = Uri::try_from(format!("/{file}")) else {
        return missing();
    };
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    match ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .try_call(request)
        .await
    {
        Ok(response) if response.status().is_success() => response.map(Body::new),
        _ => missing(),
    }
}

fn javascript(script: String) -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], script).into_response()
}

fn missing() -> Response {
    (
        StatusCode::NOT_FOUND,
        "No such script of posthog-js here. Get them with `npm pack posthog-js`, unpack the archive,\n\
         and start the stand-in with --posthog-js package/dist.\n",
    )
        .into_response()
}
