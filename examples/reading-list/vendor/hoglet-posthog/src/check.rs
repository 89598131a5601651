//! Checks whether PostHog can be reached and knows the project token.

use std::time::Duration;

use serde_json::json;

use crate::outgoing;
use crate::settings::Settings;

/// How long to wait for PostHog's answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks PostHog whether it knows the project token. The result is a sentence for the operator.
///
/// The check asks for flags, which PostHog answers with 401 if the token is wrong. It would answer a captured
/// event with 200 and drop it.
///
/// # Errors
///
/// If PostHog cannot be reached or does not know the token. The error explains the problem and the remedy.
pub async fn check(settings: &Settings) -> Result<String, String> {
    if settings.disabled {
        return Ok("off: POSTHOG_DISABLED is set".into());
    }
    if settings.project_token.is_empty() {
        return Ok("off: set POSTHOG_PROJECT_TOKEN to your project token to send events".into());
    }
    let body = json!({ "api_key": settings.project_token, "distinct_id": "doctor" });
    let url = format!("{}/flags/?v=2", settings.base_url());
    let client = outgoing::client()
        .build()
        .map_err(|error| error.to_string())?;
    let asked = client
        .post(&url)
        .timeout(TIMEOUT)
        .header("content-type", "application/json")
        .body(body.to_string());
    match asked.send().await {
        Ok(answer) if answer.status().is_success() => {
            Ok(format!("{} knows the token", settings.base_url()))
        }
        Ok(answer) if answer.status().as_u16() == 401 => Err(format!(
            "{} does not know this POSTHOG_PROJECT_TOKEN; copy the project token (phc_…) from the project's settings",
            settings.base_url()
        )),
        Ok(answer) => Err(format!(
            "{} answered {}; check POSTHOG_HOST",
            settings.base_url(),
            answer.status()
        )),
        Err(error) => Err(format!(
            "{} cannot be reached ({}); check POSTHOG_HOST and the network",
            settings.base_url(),
            outgoing::describe(error, &url)
        )),
    }
}
