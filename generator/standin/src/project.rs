//! What is set for the whole project at PostHog, as far as an SDK notices it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::json_text;
use crate::standin::Standin;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// SDKs are told to send `$feature_flag_called` with few properties, for flags that belong to no experiment.
    #[serde(default)]
    pub minimal_flag_called_events: bool,
}

/// `GET /hoglet/project`
pub async fn read(State(standin): State<Arc<Standin>>) -> Response {
    Json(standin.read().project).into_response()
}

/// `PUT /hoglet/project`: what is left out is off.
pub async fn replace(State(standin): State<Arc<Standin>>, body: Bytes) -> Response {
    match json_text::parse_object(&body) {
        Ok(project) => {
            standin.change(|store| {
                store.project = project;
                // Clients that evaluate locally hear of it with the definitions.
                store.flags_version += 1;
            });
            read(State(standin)).await
        }
        Err(cause) => (StatusCode::BAD_REQUEST, Json(json!({"error": cause}))).into_response(),
    }
}
