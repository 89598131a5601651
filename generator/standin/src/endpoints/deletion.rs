//! `/api/projects/PROJECT/persons/bulk_delete`: deletes persons, and their events.
//!
//! Follows PostHog's `posthog/api/person.py`, but deletes everything at once. PostHog deletes a person within minutes,
//! and the events at the weekend. Only the form of a key is checked, because the stand-in has no keys.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::endpoints::request::bearer;
use crate::standin::Standin;
use crate::store::Deletion;

/// PostHog's limit for the ids of one request.
const MOST_IDS: usize = 1000;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    distinct_ids: Vec<String>,
    #[serde(default)]
    delete_events: bool,
    #[serde(default)]
    delete_recordings: bool,
    #[serde(default)]
    keep_person: bool,
}

pub async fn bulk_delete(
    State(standin): State<Arc<Standin>>,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match bearer(&headers) {
        "" => {
            return refusal(
                StatusCode::UNAUTHORIZED,
                "authentication_error",
                "not_authenticated",
                "Authentication credentials were not provided.",
            );
        }
        key if !key.starts_with("phx_") => {
            return refusal(
                StatusCode::FORBIDDEN,
                "authentication_error",
                "permission_denied",
                "Only a personal API key (phx_…) with the scope person:write may delete persons.",
            );
        }
        _ => {}
    }
    if project != "@current" && project.parse::<u64>().is_err() {
        return refusal(
            StatusCode::NOT_FOUND,
            "invalid_request",
            "not_found",
            "Project not found.",
        );
    }
    let wanted: Wanted = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => return invalid(&format!("JSON parse error - {error}")),
    };
    if wanted.ids.is_empty() && wanted.distinct_ids.is_empty() {
        return invalid("You need to specify either distinct_ids or ids");
    }
    if wanted.ids.len() > MOST_IDS || wanted.distinct_ids.len() > MOST_IDS {
        return invalid("You can only pass 1000 ids or distinct_ids in one call");
    }
    let deletion = Deletion {
        events: wanted.delete_events,
        person: !wanted.keep_person,
    };
    let persons = standin.change(|store| {
        let persons = store.persons_of(&wanted.ids, &wanted.distinct_ids);
        for person in &persons {
            store.delete(*person, deletion);
        }
        persons.len()
    });
    let answer = json!({
        "persons_found": persons,
        "persons_deleted": 0,
        "persons_queued_for_deletion": if wanted.keep_person { 0 } else { persons },
        "events_queued_for_deletion": wanted.delete_events && persons > 0,
        "recordings_queued_for_deletion": wanted.delete_recordings && persons > 0,
        "deletion_errors": [],
    });
    (StatusCode::ACCEPTED, Json(answer)).into_response()
}

fn invalid(detail: &str) -> Response {
    refusal(
        StatusCode::BAD_REQUEST,
        "validation_error",
        "invalid_input",
        detail,
    )
}

/// An error in the form of Django REST framework.
fn refusal(status: StatusCode, kind: &str, code: &str, detail: &str) -> Response {
    let error: Value = json!({ "type": kind, "code": code, "detail": detail, "attr": null });
    (status, Json(error)).into_response()
}
