//! `/livez` and `/readyz`: for whatever keeps the process running.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::database;
use crate::web::Web;

/// For the database to answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The process is up.
pub async fn live() -> &'static str {
    "ok"
}

/// The app can answer: its database is reachable and migrated. PostHog is reported and never decides.
pub async fn ready(State(web): State<Web>) -> Response {
    let checked = tokio::time::timeout(
        TIMEOUT,
        database::pending_migrations(&web.database, web.parts.migrations),
    )
    .await;
    let database = match checked {
        Ok(Ok(pending)) if pending.is_empty() => "ok",
        Ok(Ok(pending)) => {
            tracing::error!(?pending, "the database is not migrated");
            "not migrated"
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the database is unreachable");
            "unreachable"
        }
        Err(_) => {
            tracing::error!("the database did not answer in time");
            "unreachable"
        }
    };
    let ready = database == "ok";
    let counts = web.posthog.counts();
    let answer = json!({
        "status": if ready { "ok" } else { "unavailable" },
        "database": database,
        "posthog": {
            "enabled": web.posthog.enabled(),
            "captured": counts.captured,
            "delivered": counts.delivered,
            "waiting": counts.waiting,
            "lost": counts.lost,
        },
    });
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(answer)).into_response()
}
