//! OpenTelemetry's logs, traces and metrics, which are checked and counted but not kept.
//!
//! The checks follow PostHog's `rust/capture-logs/src/`.

use std::str;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

use crate::endpoints::request::Incoming;
use crate::standin::Standin;
use crate::store::Counts;
use crate::wire::refusal::Refusal;
use crate::wire::{body, intake};

/// Limit of a body in bytes, compressed and uncompressed.
const LARGEST: usize = 2 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Logs,
    Traces,
    Metrics,
}

impl Signal {
    fn path(self) -> &'static str {
        match self {
            Self::Logs => "/i/v1/logs",
            Self::Traces => "/i/v1/traces",
            Self::Metrics => "/i/v1/metrics",
        }
    }

    /// The name of a request's only field in JSON. In protobuf it is field 1.
    fn field(self) -> &'static str {
        match self {
            Self::Logs => "resourceLogs",
            Self::Traces => "resourceSpans",
            Self::Metrics => "resourceMetrics",
        }
    }

    fn count(self, counts: &mut Counts) {
        *match self {
            Self::Logs => &mut counts.log_requests,
            Self::Traces => &mut counts.trace_requests,
            Self::Metrics => &mut counts.metric_requests,
        } += 1;
    }
}

/// Answers `{}`, or `{"error": …}` with 400, 401 or 413.
pub async fn export(
    signal: Signal,
    State(standin): State<Arc<Standin>>,
    request: Incoming,
) -> Response {
    match check(signal, &request) {
        Ok(()) => {
            standin.change(|store| signal.count(&mut store.counts));
            Json(json!({})).into_response()
        }
        Err(refusal) => {
            request.report(&refusal, signal.path(), &standin);
            (refusal.status, Json(json!({"error": refusal.reason}))).into_response()
        }
    }
}

fn check(signal: Signal, request: &Incoming) -> Result<(), Refusal> {
    let token = token(request).ok_or_else(|| Refusal::unauthorized("No token provided"))?;
    intake::check_token(&token)?;
    let body = request.bytes()?;
    if body.len() > LARGEST {
        return Err(Refusal::too_large(format!(
            "Request body exceeds limit ({} > {LARGEST} bytes)",
            body.len()
        )));
    }
    let unpacked;
    // Gzip is recognised by its first bytes, not by the headers.
    let bytes = if body::is_gzip(body) {
        unpacked = body::read_all(MultiGzDecoder::new(body), "gzip", LARGEST as u64)?;
        &unpacked[..]
    } else {
        body
    };
    if is_protobuf(bytes) || is_json(signal, bytes) {
        return Ok(());
    }
    Err(Refusal::bad(format!(
        "Failed to decode: the body is neither protobuf nor JSON with `{}`",
        signal.field()
    )))
}

/// `Authorization: Bearer phc_…` comes first, then `?token=phc_…`.
fn token(request: &Incoming) -> Option<String> {
    let token = match request.headers.get(header::AUTHORIZATION) {
        Some(value) => value.to_str().ok()?.rsplit("Bearer ").next()?.to_owned(),
        None => request.field("token")?,
    };
    // HTTP drops spaces at the end of a header, so with an empty token only the scheme is left.
    Some(token).filter(|token| !token.is_empty() && token != "Bearer")
}

/// Whether the body is one JSON object, or one in each line.
fn is_json(signal: Signal, bytes: &[u8]) -> bool {
    let fits = |value: &Value| {
        let list = value.get(signal.field());
        value.is_object()
            && list.is_none_or(|list| {
                list.as_array()
                    .is_some_and(|list| list.iter().all(Value::is_object))
            })
    };
    if let Ok(value) = serde_json::from_slice(bytes) {
        return fits(&value);
    }
    str::from_utf8(bytes).is_ok_and(|text| {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.all(|line| serde_json::from_str(line).is_ok_and(|value| fits(&value)))
    })
}

/// Whether the bytes are complete fields, and field 1 is a message. The message itself is not read.
fn is_protobuf(mut bytes: &[u8]) -> bool {
    const VARINT: u64 = 0;
    const EIGHT_BYTES: u64 = 1;
    const WITH_LENGTH: u64 = 2;
    const FOUR_BYTES: u64 = 5;
    while !bytes.is_empty() {
        let Some(key) = varint(&mut bytes) else {
            return false;
        };
        let (number, kind) = (key >> 3, key & 7);
        let length = match kind {
            VARINT => varint(&mut bytes).map(|_| 0),
            EIGHT_BYTES => Some(8),
            WITH_LENGTH => varint(&mut bytes),
            FOUR_BYTES => Some(4),
            _ => None,
        };
        let rest = length
            .and_then(|length| usize::try_from(length).ok())
            .and_then(|length| bytes.get(length..));
        match rest {
            Some(rest) if number > 1 || (number == 1 && kind == WITH_LENGTH) => bytes = rest,
            _ => return false,
        }
    }
    true
}

/// Reads a number of variable length from the beginning: seven bits a byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
#[path = "otlp_tests.rs"]
mod tests;
