//! Logging: readable lines in development and JSON elsewhere, one line per request.
//!
//! Every line that is logged during a request carries the fields of the request: `request_id`, `method`,
//! `route`, and `user_id` or `visitor_id` once the identity is known. E-mail addresses are masked in
//! every line.

use std::time::Instant;

use anstream::{AutoStream, ColorChoice};
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use tracing::Instrument;
use tracing::field::Empty;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{FormatFields, debug_fn};
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

use crate::chain::Next;
use crate::request::RequestInfo;
use crate::settings::LogFormat;
use futures_core::future::BoxFuture;
use hoglet_errors::mask_secrets;

mod buffer;
mod json;

use buffer::Buffered;
use json::JsonLines;

/// The filter, unless `RUST_LOG` is set.
const DEFAULT_FILTER: &str =
    "info,sea_orm_migration=warn,tower_sessions_core=error,sqlx=warn,posthog_rs=error";

/// Sets up the log, once for the process.
pub fn install(format: LogFormat) {
    let (filter, bad_filter) = filter();
    let logs = tracing_subscriber::registry().with(filter);
    // Tests install a second log, which has no effect.
    let _ = match format {
        LogFormat::Pretty => {
            // Colours in terminals and with CLICOLOR_FORCE, but never with NO_COLOR.
            let colour = AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
            let lines = fmt::layer()
                .compact()
                .without_time()
                .with_ansi(colour)
                .with_writer(std::io::stderr)
                // Internal errors go to standard error, and panic if it is closed.
                .log_internal_errors(false)
                .fmt_fields(masked_fields());
            logs.with(lines).try_init()
        }
        LogFormat::Json => logs.with(JsonLines::new(std::io::stderr())).try_init(),
    };
    if let Some(reason) = bad_filter {
        tracing::warn!(
            "RUST_LOG is not a filter such as `info,app=debug`, so it does not apply: {reason}"
        );
    }
}

/// Lets the lines of a JSON log wait for a moment, until the returned value is dropped.
///
/// A process that ends without dropping the value, as with `std::process::exit`, loses the lines that
/// wait.
pub(crate) fn buffered() -> Option<Buffered> {
    tracing::dispatcher::get_default(|log| {
        let json = log.downcast_ref::<JsonLines>()?;
        Some(json.lines.clone().buffered())
    })
}

/// The filter of `RUST_LOG`, and the reason if it is not valid.
fn filter() -> (EnvFilter, Option<String>) {
    let default = || EnvFilter::new(DEFAULT_FILTER);
    let Some(text) = std::env::var_os("RUST_LOG").filter(|text| !text.is_empty()) else {
        return (default(), None);
    };
    let parsed = match text.to_str() {
        Some(text) => EnvFilter::try_new(text).map_err(|error| error.to_string()),
        None => Err("it is not UTF-8 text".to_owned()),
    };
    match parsed {
        Ok(filter) => (filter, None),
        Err(reason) => (default(), Some(reason)),
    }
}

fn masked_fields() -> impl for<'writer> FormatFields<'writer> + Send + Sync + 'static {
    debug_fn(|writer, field, value| {
        let value = format!("{value:?}");
        let value = mask_secrets(&value);
        match field.name() {
            "message" => write!(writer, "{value}"),
            name => write!(writer, "{name}={value}"),
        }
    })
    .delimited(" ")
}

/// Opens the request's span, and writes one line when the request ends. The line names no person.
pub fn log_request(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let web = next.web().clone();
        let started = Instant::now();
        let info = RequestInfo::of(request.extensions());
        let method = request.method().clone();
        let route = request.extensions().get::<MatchedPath>().cloned();
        let route = route.as_ref().map_or("none", MatchedPath::as_str);
        // The span has the level ERROR, so that `RUST_LOG=warn` keeps its fields too.
        let span = tracing::error_span!(
            "request",
            request_id = info.id,
            %method,
            route,
            user_id = Empty,
            visitor_id = Empty,
        );
        let response = next.run(request).instrument(span).await;
        // A path may contain a token, a route does not. The query is never logged.
        let path = if web.settings.development() || route == "none" {
            &info.path
        } else {
            route
        };
        tracing::info!(
            parent: None,
            request_id = info.id,
            %method,
            path,
            route,
            status = response.status().as_u16(),
            milliseconds = started.elapsed().as_millis() as u64,
            "request"
        );
        response
    })
}
