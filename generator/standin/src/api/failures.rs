//! `/hoglet/fail`: makes PostHog's endpoints fail, and ends the failures.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::api::{Shared, bad};
use crate::failures::Failure;
use crate::json_text;

pub async fn fail(State(standin): Shared, body: Bytes) -> Response {
    let failure = json_text::parse_object::<Failure>(&body);
    match failure.and_then(|failure| standin.failures.set(failure).map_err(str::to_owned)) {
        Ok(()) => {
            standin.change(|_| ());
            Json(standin.failures.list()).into_response()
        }
        Err(cause) => bad(&cause),
    }
}

pub async fn heal(State(standin): Shared) -> Response {
    standin.failures.lift();
    standin.change(|_| ());
    Json(standin.failures.list()).into_response()
}
