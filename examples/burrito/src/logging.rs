//! Logging: one line a request, pretty in development and JSON elsewhere.

use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing_subscriber::EnvFilter;

use crate::request::RequestInfo;
use crate::settings::LogFormat;

/// `RUST_LOG` overrides it.
const DEFAULT_FILTER: &str =
    "info,sea_orm_migration=warn,tower_sessions_core=error,sqlx=warn,posthog_rs=error";

pub fn install(format: LogFormat) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    // Terminals, and what asks for it with CLICOLOR_FORCE; never with NO_COLOR.
    let colour = AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colour)
        .with_writer(std::io::stderr);
    // A second installation, as tests make, keeps the first.
    let _ = match format {
        LogFormat::Pretty => logs.without_time().compact().try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
}

/// The line holds no person, no query and no address: those may say who somebody is.
pub async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let info = RequestInfo::of(request.extensions());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    tracing::info!(
        request_id = info.id,
        %method,
        route = route.unwrap_or_else(|| "none".into()),
        status = response.status().as_u16(),
        milliseconds = started.elapsed().as_millis() as u64,
        "request"
    );
    response
}
