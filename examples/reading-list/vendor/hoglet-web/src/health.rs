//! `/livez` and `/readyz`: health checks for a load balancer or a supervisor.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sea_orm::DbErr;
use serde_json::json;

use crate::database;
use crate::jobs::upkeep;
use crate::web::Web;

/// The longest time for the database to answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Answers that the process is up.
pub async fn live() -> &'static str {
    "ok"
}

/// Answers whether the app is ready: its database is reachable and migrated.
///
/// PostHog and the jobs are reported, but do not change the answer's status.
pub async fn ready(State(web): State<Web>) -> Response {
    let asked = async {
        let pending = database::pending_migrations(&web.database, web.parts.migrations).await?;
        // Before the migrations, there may be no table of jobs.
        let jobs = match pending.as_slice() {
            [] => Some(upkeep::numbers(&web.database).await?),
            _ => None,
        };
        Ok::<_, DbErr>((pending, jobs))
    };
    let mut jobs = None;
    let database = match tokio::time::timeout(TIMEOUT, asked).await {
        Ok(Ok((pending, numbers))) if pending.is_empty() => {
            jobs = numbers;
            "ok"
        }
        Ok(Ok((pending, _))) => {
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
            "dropped": counts.dropped,
        },
        "jobs": jobs.map(|jobs| json!({
            "oldest_due_seconds": jobs.oldest_due.unwrap_or(0) / 1_000,
            "failed": jobs.failed,
        })),
    });
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(answer)).into_response()
}
