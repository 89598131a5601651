//! `/api/trigger-error`: breaks something on purpose, to show error capture.

use std::collections::HashMap;
use std::error::Error;

use axum::Json;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::auth::CurrentUser;
use crate::error::{AppError, Result};
use crate::posthog::PostHog;
use crate::posthog::events::ErrorTriggered;

#[derive(Deserialize)]
pub struct TriggerForm {
    #[serde(default)]
    error_type: String,
}

#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error("the key {0:?} is missing")]
    MissingKey(&'static str),
    #[error("something generic went wrong")]
    Generic,
    #[error("nobody handled this")]
    Unhandled,
}

pub async fn trigger(
    _: CurrentUser,
    posthog: PostHog,
    Form(form): Form<TriggerForm>,
) -> Result<Response> {
    match form.error_type.as_str() {
        "value" => match "not a number".parse::<i64>() {
            Ok(_) => unreachable!("letters are no number"),
            Err(error) => Ok(handle(&posthog, "value", &error)),
        },
        "key" => {
            let settings = HashMap::from([("present", 1)]);
            match settings
                .get("absent")
                .ok_or(DemoError::MissingKey("absent"))
            {
                Ok(_) => unreachable!("the key is absent"),
                Err(error) => Ok(handle(&posthog, "key", &error)),
            }
        }
        "generic" => Ok(handle(&posthog, "generic", &DemoError::Generic)),
        // A handler's `Err` needs no code here: it is captured on the way out.
        "unhandled" => Err(DemoError::Unhandled.into()),
        // So is a panic. The process lives on.
        "panic" => panic!("a panic on purpose"),
        _ => {
            let message = "error_type is value, key, generic, unhandled or panic";
            Ok(AppError::new(StatusCode::UNPROCESSABLE_ENTITY, message).into_response())
        }
    }
}

/// Captures an error by hand, with an event beside it, and answers for it.
fn handle<E: Error>(posthog: &PostHog, error_type: &'static str, error: &E) -> Response {
    posthog.capture_error(error);
    posthog.capture(ErrorTriggered {
        error_type,
        error_message: error.to_string(),
    });
    let answer =
        json!({ "success": false, "error": error_type, "message": format!("Captured: {error}.") });
    (StatusCode::BAD_REQUEST, Json(answer)).into_response()
}
