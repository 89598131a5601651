//! `/api/trigger-error`: fails on purpose, to show error capture.

use std::collections::HashMap;
use std::error::Error;

use hoglet_web::feature::Switch;

use super::events::ErrorTriggered;
use crate::prelude::*;

/// Whether these errors can be triggered: everywhere but in production, unless the variable is set.
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

/// Fails as requested: three errors are captured by hand, two on the way out.
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
        "value" => match "not a number".parse::<i64>() {
            Ok(_) => unreachable!("letters are no number"),
            Err(error) => capture(posthog, "value", &error),
        },
        "key" => {
            let settings = HashMap::from([("present", 1)]);
            match settings
                .get("absent")
                .ok_or(DemoError::MissingKey("absent"))
            {
                Ok(_) => unreachable!("the key is absent"),
                Err(error) => capture(posthog, "key", &error),
            }
        }
        "generic" => capture(posthog, "generic", &DemoError::Generic),
        // A handler's `Err` needs no code here: it is captured on the way out.
        "unhandled" => return Err(DemoError::Unhandled.into()),
        // A panic is captured too. The process goes on.
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
        visit.flash(FlashLevel::Error, &message).await?;
        Ok(Redirect::to("/profile").into_response())
    }
}

/// Captures an error by hand, with an event beside it, and says so.
fn capture<E: Error>(posthog: &PostHog, error_type: &'static str, error: &E) -> String {
    posthog.capture_error(error);
    posthog.capture(ErrorTriggered {
        error_type,
        error_message: error.to_string(),
    });
    format!("Captured: {error}.")
}
