//! [`Transport`]: sends a batch of events with one request, `POST /batch/`.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use chrono::Utc;
use flate2::write::GzEncoder;
use posthog_rs::Event;
use reqwest::Response;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::Answer;
use crate::outgoing;
use crate::settings::{Compression, Settings};

/// How many bytes of an answer are read. PostHog's reason for a refusal is short.
const MAX_ANSWER: usize = 1024;

/// Sends batches to PostHog.
pub struct Transport {
    http: reqwest::Client,
    url: String,
    project_token: String,
    gzip: bool,
}

impl Transport {
    pub fn new(settings: &Settings, http: reqwest::Client) -> Self {
        let gzip = settings.compression == Compression::Gzip;
        // PostHog reads the compression of an older kind of batch from the address, and so do other servers.
        let query = if gzip { "?compression=gzip" } else { "" };
        Self {
            http,
            url: format!("{}/batch/{query}", settings.base_url()),
            project_token: settings.project_token.clone(),
            gzip,
        }
    }

    /// Makes the body for these events, which are JSON. All attempts send the same body.
    ///
    /// # Errors
    ///
    /// If the runtime ends meanwhile.
    pub async fn pack(&self, events: &[&str]) -> Result<Bytes, impl Display + use<>> {
        let text = format!(
            r#"{{"api_key":{},"historical_migration":false,"sent_at":"{}","batch":[{}]}}"#,
            Value::from(self.project_token.as_str()),
            Utc::now().to_rfc3339(),
            events.join(","),
        );
        let gzip = self.gzip;
        // Compressing a full batch takes milliseconds, so other tasks must be able to run meanwhile.
        tokio::task::spawn_blocking(move || match gzip {
            true => gzipped(text.as_bytes()).into(),
            false => text.into(),
        })
        .await
    }

    /// Makes one attempt.
    pub async fn post(&self, body: Bytes, timeout: Duration) -> Answer {
        let mut request = self
            .http
            .post(&self.url)
            .timeout(timeout)
            .header(CONTENT_TYPE, "application/json")
            .header(
                USER_AGENT,
                concat!("hoglet-posthog/", env!("CARGO_PKG_VERSION")),
            );
        if self.gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        match request.body(body).send().await {
            Ok(response) => {
                let status = StatusCode::from_u16(response.status().as_u16())
                    .unwrap_or(StatusCode::BAD_GATEWAY);
                let headers = response.headers().clone();
                let text = beginning(response).await;
                Answer::of(status, &headers, &text, &outgoing::by_way_of(&self.url))
            }
            Err(error) => Answer::Later {
                reason: outgoing::describe(error, &self.url),
                after: None,
            },
        }
    }
}

/// An event as JSON for a batch.
pub fn written(event: &Event) -> String {
    let json = serde_json::to_string(event).expect("an event serializes");
    // Only the names are read. The values stay text.
    let mut fields: BTreeMap<&str, &RawValue> =
        serde_json::from_str(&json).expect("an event is a JSON object");
    // The SDK repeats the groups here. PostHog reads them from `$groups`.
    fields.remove("groups");
    // The SDK writes the time in UTC, but without a time zone.
    let time = fields.get("timestamp").map_or("null", |time| time.get());
    let utc = time.strip_suffix('"').map(|time| format!("{time}Z\""));
    let utc = utc.map(|utc| RawValue::from_string(utc).expect("it is JSON"));
    if let Some(utc) = &utc {
        fields.insert("timestamp", utc);
    }
    serde_json::to_string(&fields).expect("JSON serializes")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// The beginning of an answer's body. If the body breaks off, the status is known all the same.
async fn beginning(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < MAX_ANSWER
        && let Ok(Some(chunk)) = response.chunk().await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(MAX_ANSWER);
    String::from_utf8_lossy(&bytes).into_owned()
}
