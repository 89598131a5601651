//! `/hoglet/project`: the settings of the whole project.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::api::{Shared, bad};
use crate::json_text;

/// `GET /hoglet/project`
pub async fn read(State(standin): Shared) -> Response {
    Json(standin.read().project).into_response()
}

/// `PUT /hoglet/project`: a setting that is left out is off.
pub async fn replace(State(standin): Shared, body: Bytes) -> Response {
    match json_text::parse_object(&body) {
        Ok(project) => {
            standin.change(|store| {
                store.project = project;
                // Clients that evaluate locally read the settings with the definitions.
                store.flags_version += 1;
            });
            read(State(standin)).await
        }
        Err(cause) => bad(&cause),
    }
}
