//! Surveys that a test sets. posthog-js shows them, and the answers arrive as events.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::json_text;
use crate::standin::Standin;

/// `GET /api/surveys`, for posthog-js, and `GET /hoglet/surveys`.
pub async fn list(State(standin): State<Arc<Standin>>) -> Response {
    Json(json!({ "surveys": standin.read().surveys })).into_response()
}

/// `PUT /hoglet/surveys`: replaces all surveys by a list in the form of PostHog's API.
pub async fn replace(State(standin): State<Arc<Standin>>, body: Bytes) -> Response {
    match json_text::parse::<Vec<Value>>(&body) {
        Ok(surveys) => {
            standin.change(|store| store.surveys = surveys);
            list(State(standin)).await
        }
        Err(cause) => {
            let error = format!("a list of surveys is expected: {cause}");
            (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
        }
    }
}
