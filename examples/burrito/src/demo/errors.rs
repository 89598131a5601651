//! `/api/trigger-error`: fails on purpose, to show error capture.

use std::collections::HashMap;
use std::error::Error;

use hoglet_web::feature::Switch;

use super::events::ErrorTriggered;
use crate::prelude::*;

/// Whether these errors can be triggered. By default they can, except in production.
pub const DEMO_ERRORS: Switch = Switch {
    variable: "DEMO_ERRORS",
    default: |settings| !settings.production(),
};

/// The button that was pressed.
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

/// Fails as requested. This file captures three kinds of error, and Hoglet the other two.
pub async fn trigger(
    State(state): State<AppState>,
    _: CurrentUser,
    visit: Visit,
    Form(form): Form<TriggerForm>,
) -> Result<Response> {
    if !state.settings.switches.is_on(&DEMO_ERRORS) {
        return Err(AppError::not_found());
    }
    let posthog = &visit.posthog;
    let message = match form.error_type.as_str() {
        "value" => {
            let number = "not a number".parse::<i64>();
            let error = number.expect_err("letters are no number");
            capture(posthog, "value", &error)
        }
        "key" => {
            let settings = HashMap::from([("present", 1)]);
            let value = settings.get("absent");
            let value = value.ok_or(DemoError::MissingKey("absent"));
            capture(posthog, "key", &value.expect_err("the key is absent"))
        }
        "generic" => capture(posthog, "generic", &DemoError::Generic),
        // An `Err` needs no code here: Hoglet captures it when the handler returns it.
        "unhandled" => return Err(DemoError::Unhandled.into()),
        // Hoglet captures a panic, too. The process goes on.
        "panic" => panic!("a panic on purpose"),
        _ => {
            let message = "error_type is value, key, generic, unhandled or panic";
            return Err(AppError::new(StatusCode::UNPROCESSABLE_ENTITY, message));
        }
    };
    if visit.wants_json() {
        let answer = json!({ "success": false, "error": form.error_type, "message": message });
        Ok((StatusCode::BAD_REQUEST, Json(answer)).into_response())
    } else {
        visit.flash(FlashLevel::Error, &message);
        Ok(Redirect::to("/profile").into_response())
    }
}

/// Captures an error, and an event beside it. Returns the message for the page.
fn capture<E: Error>(posthog: &PostHog, error_type: &'static str, error: &E) -> String {
    posthog.capture_error(error);
    posthog.capture(ErrorTriggered {
        error_type,
        error_message: error.to_string(),
    });
    format!("Captured: {error}.")
}
